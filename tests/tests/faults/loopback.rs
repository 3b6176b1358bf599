//! A tiny HTTP server on this machine that answers from a script and keeps what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One answer: status, content type and body.
pub(crate) struct Answer(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

/// A request as it came: head and body.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct Loopback {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Loopback {
    /// Gives each connection one answer, in order, and then no more.
    pub(crate) fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&received);
        std::thread::spawn(move || {
            for answer in answers {
                let Ok((stream, _)) = listener.accept() else { return };
                if let Ok(request) = exchange(stream, &answer) {
                    keep.lock().expect("no panic while locked").push(request);
                }
            }
        });
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic while locked").clone()
    }
}

fn exchange(mut stream: TcpStream, answer: &Answer) -> std::io::Result<Received> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = head.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length:").and_then(|length| length.trim().parse().ok())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let Answer(status, kind, text) = answer;
    write!(
        stream,
        "HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         x-request-id: req_7\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )?;
    stream.flush()?;
    Ok(Received { head, body: String::from_utf8_lossy(&body).into_owned() })
}
