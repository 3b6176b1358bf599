//! A server on loopback that does to each request what a script says.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// One thing that the server does.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(u64),
    /// Sends this over and over, with a wait of so many milliseconds, until the client goes.
    Drip(&'static [u8], u64),
    /// Sends a MiB of this byte over and over, until the client goes.
    Flood(u8),
    /// Breaks the connection the hard way.
    Reset,
    Close,
    /// Says nothing more until the client goes.
    Hold,
}

pub(crate) fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// An answer with a length, after which the connection stays open.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Step {
    let body = body.as_ref();
    let mut bytes =
        format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    Step::Send(bytes)
}

/// The head of a stream that ends with the connection.
pub(crate) fn stream_head() -> Step {
    send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
}

pub(crate) const JSON: &str = "content-type: application/json\r\n";

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the first request by the first script, and so on; after the last, it hangs up.
    pub(crate) fn start(scripts: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let scripts = Arc::new(Mutex::new(scripts.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::clone(&requests);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let open = Arc::new(AtomicUsize::new(0));
        let opened = Arc::clone(&open);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(connection) = connection else { return };
                count.fetch_add(1, Ordering::SeqCst);
                let (seen, scripts) = (Arc::clone(&seen), Arc::clone(&scripts));
                let opened = Arc::clone(&opened);
                opened.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    serve(connection, &seen, &scripts);
                    opened.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, requests, connections, open }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many connections there are.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Every request so far: head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    mut connection: TcpStream,
    seen: &Mutex<Vec<String>>,
    scripts: &Mutex<VecDeque<Vec<Step>>>,
) {
    while let Some(request) = read_request(&mut connection) {
        seen.lock().unwrap().push(request);
        let Some(script) = scripts.lock().unwrap().pop_front() else { return };
        for step in script {
            match step {
                Step::Send(bytes) => {
                    if connection.write_all(&bytes).and_then(|()| connection.flush()).is_err() {
                        return;
                    }
                }
                Step::Wait(millis) => thread::sleep(Duration::from_millis(millis)),
                Step::Drip(bytes, millis) => {
                    while connection.write_all(bytes).is_ok() {
                        thread::sleep(Duration::from_millis(millis));
                    }
                    return;
                }
                Step::Flood(byte) => {
                    while connection.write_all(&vec![byte; 1 << 20]).is_ok() {}
                    return;
                }
                Step::Reset => {
                    let socket = socket2::SockRef::from(&connection);
                    socket.set_linger(Some(Duration::ZERO)).unwrap();
                    return;
                }
                Step::Close => return,
                Step::Hold => {
                    let _ = connection.read(&mut [0; 64]);
                    return;
                }
            }
        }
    }
}

fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
