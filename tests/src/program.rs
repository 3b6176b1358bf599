//! A server of another program, on a loopback port, for as long as a test needs it.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to start: a second or two, on a machine that does nothing else.
const START: Duration = Duration::from_secs(90);

/// How much of what a server complained about is told.
const LAST_LINES: usize = 8;

/// How long one exchange may take.
const EXCHANGE: Duration = Duration::from_secs(60);

/// A running server, ended when dropped.
///
/// It is to end when its standard input does: the system closes that pipe however the test's
/// process ends, so that no server outlives its tests.
#[derive(Debug)]
pub struct Program {
    process: Child,
    port: u16,
}

impl Program {
    /// Starts the command that `make` gives for a port, waits until it prints that it is listening,
    /// and then until `healthy` answers well. What it complains about goes to a file in `folder`.
    ///
    /// # Errors
    /// Where the server does not start.
    pub fn start(
        folder: &Path,
        healthy: &str,
        make: impl Fn(u16) -> Result<Command, String>,
    ) -> Result<Self, String> {
        // Between the choice of a free port and its use, someone else may take it.
        let mut failure = String::new();
        for _ in 0..3 {
            match Self::try_start(folder, healthy, &make) {
                Ok(program) => return Ok(program),
                Err(error) => failure = error,
            }
        }
        Err(format!("the server does not start: {failure}"))
    }

    fn try_start(
        folder: &Path,
        healthy: &str,
        make: impl Fn(u16) -> Result<Command, String>,
    ) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let log = folder.join(format!("{port}.log"));
        let stderr = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut process = make(port)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("it cannot be started: {error}"))?;
        let stdout = process.stdout.take();
        let program = Self { process, port };

        let (says, said) = mpsc::channel();
        thread::spawn(move || {
            // Read to the end, since a pipe that no one empties would stop it.
            for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
                let _ = says.send(line.unwrap_or_default());
            }
        });
        // Its own word: on this port, another server could be the one that is healthy.
        let end = Instant::now() + START;
        while let Ok(line) = said.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if line.contains("listening") && program.is_healthy(healthy) {
                let _ = fs::remove_file(log);
                return Ok(program);
            }
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
        match lines.get(lines.len().saturating_sub(LAST_LINES)..) {
            Some(last) if !last.is_empty() => Err(last.join("\n")),
            _ => Err("it says nothing".to_owned()),
        }
    }

    fn is_healthy(&self, path: &str) -> bool {
        let end = Instant::now() + START;
        while Instant::now() < end {
            if self.get(path).is_ok_and(|(status, _)| status == 200) {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// Its address, without a path and a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks for a path: the status and the body that come back.
    ///
    /// # Errors
    /// Where the connection fails, or what comes back is not HTTP.
    pub fn get(&self, path: &str) -> io::Result<(u16, String)> {
        self.exchange("GET", path, "", "")
    }

    /// Asks for a path with one more header, as in `name: value`.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_with(&self, path: &str, header: &str) -> io::Result<(u16, String)> {
        self.exchange("GET", path, &format!("{header}\r\n"), "")
    }

    /// Sends JSON to a path: the status and the body that come back.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn post(&self, path: &str, json: &str) -> io::Result<(u16, String)> {
        self.exchange("POST", path, "", json)
    }

    /// HTTP/1.0, so that the end of the connection is the end of the body.
    fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(EXCHANGE))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok());
        match (status, reply.split_once("\r\n\r\n")) {
            (Some(status), Some((_, body))) => Ok((status, body.to_owned())),
            _ => Err(io::Error::other("the reply is not HTTP")),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if let Ok(Some(_)) = self.process.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
