//! A loopback proxy that passes bytes on, and does to them what bad networks do.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to the bytes from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The connection ends after so many bytes.
    Cut(u64),
    /// One bit of this byte is another.
    Flip(u64),
    /// After so many bytes nothing comes, and the connection stays.
    Hang(u64),
    /// After so many bytes there is one byte every 20 ms.
    Trickle(u64),
}

/// The proxy.
pub(crate) struct Wire {
    pub(crate) port: u16,
    fault: Arc<Mutex<Fault>>,
    seen: Arc<Seen>,
}

/// What came by since the fault was set.
#[derive(Default)]
struct Seen {
    /// How many bytes came from the server.
    passed: AtomicU64,
    /// Those of them that were read and not passed on.
    withheld: Mutex<Vec<u8>>,
}

impl Wire {
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            fault: Arc::new(Mutex::new(Fault::None)),
            seen: Arc::default(),
        };
        let (fault, seen) = (Arc::clone(&wire.fault), Arc::clone(&wire.seen));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)));
                let Ok(server) = server else { continue };
                let (fault, seen) = (Arc::clone(&fault), Arc::clone(&seen));
                pass_on(client, server, fault, seen);
            }
        });
        wire
    }

    /// Sets the fault, and counts from zero.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
        self.seen.passed.store(0, Ordering::SeqCst);
        self.seen.withheld.lock().unwrap().clear();
    }

    /// How many bytes came from the server.
    pub(crate) fn passed(&self) -> u64 {
        self.seen.passed.load(Ordering::SeqCst)
    }

    /// What a [`Fault::Cut`] kept back of what the server sent.
    pub(crate) fn withheld(&self) -> Vec<u8> {
        self.seen.withheld.lock().unwrap().clone()
    }
}

fn pass_on(client: TcpStream, server: TcpStream, fault: Arc<Mutex<Fault>>, seen: Arc<Seen>) {
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        // Whichever side ends ends the connection.
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let (mut server, mut client) = (server, client);
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            let fault = *fault.lock().unwrap();
            if !deliver(&mut client, &mut buffer[..count], fault, &seen) {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// Passes bytes on; false where the connection is to end.
fn deliver(client: &mut TcpStream, bytes: &mut [u8], fault: Fault, seen: &Seen) -> bool {
    let before = seen.passed.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    let until =
        |limit: u64| usize::try_from(limit.saturating_sub(before)).unwrap().min(bytes.len());
    match fault {
        Fault::None => client.write_all(bytes).is_ok(),
        Fault::Cut(limit) => {
            let end = until(limit);
            seen.withheld.lock().unwrap().extend_from_slice(&bytes[end..]);
            client.write_all(&bytes[..end]).is_ok() && end == bytes.len()
        }
        Fault::Flip(place) => {
            let index = usize::try_from(place.wrapping_sub(before)).unwrap_or(usize::MAX);
            if let Some(byte) = bytes.get_mut(index) {
                *byte ^= 0x10;
            }
            client.write_all(bytes).is_ok()
        }
        Fault::Hang(limit) => {
            let end = until(limit);
            let written = client.write_all(&bytes[..end]).is_ok();
            if end < bytes.len() {
                // Until the client has had enough.
                let _ = client.read(&mut [0; 16]);
                return false;
            }
            written
        }
        Fault::Trickle(limit) => {
            let end = until(limit);
            let written = client.write_all(&bytes[..end]).is_ok();
            written
                && bytes[end..].iter().all(|byte| {
                    thread::sleep(Duration::from_millis(20));
                    client.write_all(&[*byte]).is_ok()
                })
        }
    }
}
