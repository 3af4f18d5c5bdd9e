//! A program that ends with us.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::StartError;

/// Runs `"$@"` and kills it when standard input ends; then `$folder`, where not empty, is removed.
///
/// Standard input is a pipe that only we hold, so it ends when we drop it and also when we die
/// in any way that runs no destructor: a `static`, `abort`, SIGKILL.
/// While the reader ignores TERM its work is not interrupted by the end of the program.
const GUARD: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ read -r _; trap '' TERM; kill -9 "$program"; } <&3 >/dev/null 2>&1 &
reader=$!
exec 3<&-
wait "$program"
status=$?
kill "$reader" 2>/dev/null
if wait "$reader" 2>/dev/null && [ -n "$folder" ]; then rm -rf "$folder"; fi
exit "$status"
"#;

/// How much of a log an error shows.
const TAIL_BYTES: u64 = 4096;

/// A running program, which is killed and waited for when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    guard: Child,
    log: PathBuf,
}

/// What to do with a folder once the program is gone.
pub(super) enum Afterwards<'a> {
    Keep,
    Remove(&'a Path),
}

impl Process {
    /// Starts `program`; what it writes goes to the end of the file `log`.
    pub(super) fn start(
        name: &'static str,
        program: &Path,
        arguments: &[String],
        log: PathBuf,
        afterwards: &Afterwards<'_>,
    ) -> Result<Self, StartError> {
        let refused = || StartError::system(format!("start {}", program.display()));
        let output = File::options().create(true).append(true).open(&log).map_err(refused())?;
        let folder = match afterwards {
            Afterwards::Keep => Path::new(""),
            Afterwards::Remove(folder) => folder,
        };
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .arg(program)
            .args(arguments)
            .env("folder", folder)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().map_err(refused())?)
            .stderr(output)
            // So that Ctrl-C at the terminal reaches us and not the guard, which has work to do.
            .process_group(0)
            .spawn()
            .map_err(refused())?;
        Ok(Self { name, guard, log })
    }

    /// An error with the end of its log, where the program has ended by itself.
    pub(super) fn check(&mut self) -> Result<(), StartError> {
        let status = self.guard.try_wait().map_err(StartError::system("wait for a process"))?;
        status.map_or(Ok(()), |status| Err(self.ended(status)))
    }

    /// The last lines of its log.
    pub(super) fn log_tail(&self) -> String {
        tail(&self.log).unwrap_or_else(|error| format!("(no log: {error})"))
    }

    fn ended(&self, status: ExitStatus) -> StartError {
        StartError::Ended { program: self.name, status, log: self.log_tail() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It is our child and not yet waited for: there is nothing to report.
        let _ = self.guard.wait();
    }
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(match text.split_once('\n') {
        Some((_, whole_lines)) if start > 0 => whole_lines.to_owned(),
        _ => text,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(folder: &Path, script: &str, afterwards: &Afterwards<'_>) -> Process {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let log = folder.join("log");
        Process::start("shell", Path::new("/bin/sh"), &arguments, log, afterwards).unwrap()
    }

    fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
        for _ in 0..1000 {
            if reached() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("not after ten seconds: {what}");
    }

    #[test]
    fn a_program_that_ends_by_itself_is_reported_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell(folder.path(), "echo no such flag; exit 3", &Afterwards::Keep);
        let mut error = None;
        wait_until("the end of the program", || {
            error = process.check().err();
            error.is_some()
        });
        let text = error.unwrap().to_string();
        assert!(text.contains("exit status: 3") && text.contains("no such flag"), "{text}");
    }

    #[test]
    fn dropping_kills_the_program_and_removes_its_folder() {
        let outside = tempfile::tempdir().unwrap();
        let data = outside.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let script = format!(
            "echo $$ >{0}/pid.new; mv {0}/pid.new {0}/pid; exec sleep 600",
            outside.path().display()
        );
        let process = shell(outside.path(), &script, &Afterwards::Remove(&data));
        let pid = outside.path().join("pid");
        wait_until("the program's start", || pid.exists());
        let pid = std::fs::read_to_string(&pid).unwrap();

        drop(process);

        let alive = Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status();
        assert!(!alive.unwrap().success(), "process {pid} still runs");
        assert!(!data.exists());
    }

    #[test]
    fn only_whole_lines_of_the_end_of_a_log_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "a line of a log\n".repeat(1000)).unwrap();
        let shown = tail(&path).unwrap();
        assert!(shown.len() <= 4096 && shown.lines().all(|line| line == "a line of a log"));
    }
}
