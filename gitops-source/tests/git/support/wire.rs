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
    passed: Arc<AtomicU64>,
}

impl Wire {
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            fault: Arc::new(Mutex::new(Fault::None)),
            passed: Arc::new(AtomicU64::new(0)),
        };
        let (fault, passed) = (Arc::clone(&wire.fault), Arc::clone(&wire.passed));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)));
                let Ok(server) = server else { continue };
                let (fault, passed) = (Arc::clone(&fault), Arc::clone(&passed));
                pass_on(client, server, fault, passed);
            }
        });
        wire
    }

    /// Sets the fault, and counts from zero.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
        self.passed.store(0, Ordering::SeqCst);
    }

    /// How many bytes came from the server.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }
}

fn pass_on(client: TcpStream, server: TcpStream, fault: Arc<Mutex<Fault>>, passed: Arc<AtomicU64>) {
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
            if !deliver(&mut client, &mut buffer[..count], fault, &passed) {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// Passes bytes on; false where the connection is to end.
fn deliver(client: &mut TcpStream, bytes: &mut [u8], fault: Fault, passed: &AtomicU64) -> bool {
    let before = passed.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    let until =
        |limit: u64| usize::try_from(limit.saturating_sub(before)).unwrap().min(bytes.len());
    match fault {
        Fault::None => client.write_all(bytes).is_ok(),
        Fault::Cut(limit) => {
            let end = until(limit);
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
