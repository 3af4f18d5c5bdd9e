//! The agent as a process against a real API server: killed at any moment, cut off from the API
//! server, and still nothing is orphaned or made again.

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use gitops_apply::testkit::ApiServer;
use gitops_apply::{Applier, KubeApplier};
use gitops_diff::{Inventory, ObjectId, ObjectSet};
use gitops_render::{Input, Plain, Renderer};
use gitops_source::{Tree, TreePath};
use tempfile::TempDir;

use crate::cluster::{LEDGER_NAMESPACE, NAME, Target, api_server};
use crate::git::Served;
use crate::manifests::{self, Manifests};
use crate::programs::example;

/// How long the agent lives in each round, in milliseconds, until it is killed.
const LIVES: [u64; 12] = [60, 120, 180, 240, 300, 380, 460, 560, 680, 820, 1000, 1300];

#[tokio::test]
async fn an_agent_that_is_killed_at_any_moment_orphans_and_remakes_nothing() {
    let Some(server) = api_server("the agent is killed").await else { return };
    let manifests = manifests::shop();
    let Some(mut remote) = Served::new(&manifests.files, "the agent is killed") else { return };
    let mut witness = Witness::new(&server, &manifests).await;
    let agent = Agent::new(&remote, &server, &manifests);
    for (round, life) in LIVES.into_iter().enumerate() {
        let mut child = agent.start();
        tokio::time::sleep(Duration::from_millis(life)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        witness.look(&format!("killed after {life} ms")).await;
        push(&mut remote, round);
    }
    assert!(agent.once().success());
    witness.look("converged").await;
    witness.assert_fixpoint(&agent).await;
}

#[tokio::test]
async fn an_agent_survives_a_restart_of_the_api_server() {
    let Some(mut server) = api_server("the API server restarts").await else { return };
    let manifests = manifests::shop();
    let Some(mut remote) = Served::new(&manifests.files, "the API server restarts") else { return };
    let mut witness = Witness::new(&server, &manifests).await;
    let agent = Agent::new(&remote, &server, &manifests);
    assert!(agent.once().success());
    witness.look("installed").await;

    let mut child = agent.start();
    push(&mut remote, 0);
    server.kill();
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.restart().await.unwrap();
    witness.wait_for("currency", "round-0").await;
    assert_eq!(child.try_wait().unwrap(), None, "the agent still runs");
    stop(&mut child);
    assert!(child.wait().unwrap().success(), "asked to stop, it ends well");
    witness.look("the API server came back").await;
    witness.assert_fixpoint(&agent).await;
}

/// Changes a value of the settings.
fn push(remote: &mut Served, round: usize) {
    let (path, text) = gitops_examples::demo::FILES[1];
    let text = text.replace("EUR", &format!("round-{round}"));
    remote.repository.commit(&format!("Round {round}"), &[(path, Some(&text))]).unwrap();
}

/// What `kill` sends.
fn stop(child: &mut Child) {
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
}

/// The agent's command line.
struct Agent {
    arguments: Vec<String>,
    _mirror: TempDir,
}

impl Agent {
    fn new(remote: &Served, server: &ApiServer, manifests: &Manifests) -> Self {
        let mirror = TempDir::new().unwrap();
        let kubeconfig = server.kubeconfig_path();
        let pairs = [
            ("--repo", remote.url()),
            ("--path", manifests.path.into()),
            ("--kubeconfig", kubeconfig.to_str().unwrap().into()),
            ("--interval", "1s".into()),
            ("--name", NAME.into()),
            ("--ledger-namespace", LEDGER_NAMESPACE.into()),
            ("--mirror", mirror.path().join("mirror").to_str().unwrap().into()),
        ];
        let arguments = pairs.into_iter().flat_map(|(name, value)| [name.into(), value]).collect();
        Self { arguments, _mirror: mirror }
    }

    fn command(&self) -> Command {
        let mut command = example("agent");
        command.args(&self.arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn start(&self) -> Child {
        self.command().spawn().unwrap()
    }

    fn once(&self) -> ExitStatus {
        self.command().arg("--once").status().unwrap()
    }
}

/// Watches what no crash may break.
struct Witness {
    target: Target,
    applier: KubeApplier,
    declared: ObjectSet,
    uids: BTreeMap<ObjectId, String>,
}

impl Witness {
    async fn new(server: &ApiServer, manifests: &Manifests) -> Self {
        let target = Target { client: server.client().await.unwrap(), memory: None };
        let applier = target.applier("default");
        let tree = Tree::from_files(manifests.files.clone()).unwrap();
        let input = Input::new(&tree, TreePath::new(manifests.path).unwrap());
        let declared = Plain::default().render(&input).unwrap().objects;
        Self { target, applier, declared, uids: BTreeMap::new() }
    }

    /// Each declared object that lives and was applied by the agent is in its ledger, and is
    /// the one it was before.
    async fn look(&mut self, moment: &str) {
        let live = self.applier.observe(&self.declared, &Inventory::new()).await.unwrap();
        let owned = self.target.inventory().await;
        for object in self.declared.ids().filter_map(|id| live.object(id)) {
            let id = object.id();
            assert!(owned.contains(id), "{moment}: {id} is an orphan");
            let uid = object.uid().unwrap().to_owned();
            let first = self.uids.entry(id.clone()).or_insert_with(|| uid.clone());
            assert_eq!(*first, uid, "{moment}: {id} was made again");
        }
    }

    /// Another run of the agent writes nothing.
    async fn assert_fixpoint(&self, agent: &Agent) {
        let before = self.target.owned().await;
        assert_eq!(before.len(), self.declared.len());
        assert!(agent.once().success());
        assert_eq!(self.target.owned().await, before);
    }

    /// Waits until the settings have a value.
    async fn wait_for(&self, key: &str, value: &str) {
        let id: ObjectId = "ConfigMap/shop/settings".parse().unwrap();
        for _ in 0..600 {
            let live = self.applier.observe(&self.declared, &Inventory::new()).await;
            let object = live.ok().and_then(|live| live.object(&id).cloned());
            let data = object.and_then(|it| it.pointer("/data").cloned()).unwrap_or_default();
            if data.get(key).and_then(gitops_diff::Value::as_str) == Some(value) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the settings never had {key} = {value}");
    }
}
