//! A real inference server, llama.cpp, with a tiny model whose answers are known.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::python;

const REQUIREMENTS: [&str; 3] = ["xllamacpp==2026.10.11549", "gguf==0.19.0", "numpy>=2,<3"];

/// Runs the server's script and ends when standard input does. The system closes that pipe however
/// the test's process ends, so that no server outlives its tests.
const UNTIL_STDIN_ENDS: &str = r#"
import os, runpy, sys, threading
def watch():
    sys.stdin.buffer.read()
    try: os.unlink(sys.argv[-3])
    except OSError: pass
    os._exit(0)
sys.argv = sys.argv[1:]
threading.Thread(target=watch, daemon=True).start()
runpy.run_path(sys.argv[0], run_name="__main__")
"#;

/// How long a server may take to start: a second or two, on a machine that does nothing else.
const START: Duration = Duration::from_secs(90);

/// How long one exchange may take.
const EXCHANGE: Duration = Duration::from_secs(60);

/// Which model a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TinyModel {
    /// It answers one sentence, after one call of a tool where tools are on offer.
    Plain,
    /// As [`Plain`](Self::Plain), and it thinks before it answers.
    Thinking,
}

/// A running server on a loopback port, ended when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// The server of this test process, started on first use and kept until the process ends.
    ///
    /// # Errors
    /// As [`start`](Self::start); a start that failed is not repeated.
    pub fn of_process(model: TinyModel, shared: &Path) -> Result<&'static Self, String> {
        static PLAIN: OnceLock<Result<Server, String>> = OnceLock::new();
        static THINKING: OnceLock<Result<Server, String>> = OnceLock::new();
        let server = match model {
            TinyModel::Plain => &PLAIN,
            TinyModel::Thinking => &THINKING,
        };
        server.get_or_init(|| Self::start(model, shared)).as_ref().map_err(Clone::clone)
    }

    /// Starts a server and waits until it is healthy.
    ///
    /// # Errors
    /// Where its Python environment cannot be made, or the server does not start.
    pub fn start(model: TinyModel, shared: &Path) -> Result<Self, String> {
        let python = python::environment("llama", &REQUIREMENTS)?;
        let script = shared.join("servers/tiny_model.py");
        // Between the choice of a free port and its use, someone else may take it.
        let mut failure = String::new();
        for _ in 0..3 {
            match Self::try_start(&python, &script, model) {
                Ok(server) => return Ok(server),
                Err(error) => failure = error,
            }
        }
        Err(format!("the llama.cpp server does not start: {failure}"))
    }

    fn try_start(python: &Path, script: &Path, model: TinyModel) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let file = |ending| -> Result<PathBuf, String> {
            Ok(python::directory()?.join(format!("tiny-{port}.{ending}")))
        };
        let log = file("log")?;
        let mut command = Command::new(python);
        command.args(["-c", UNTIL_STDIN_ENDS]).arg(script);
        if model == TinyModel::Thinking {
            command.arg("--think");
        }
        let stderr = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut process = command
            .arg(file("gguf")?)
            .args(["--serve", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", python.display()))?;
        let stdout = process.stdout.take();
        let server = Self { process, port };

        let (says, said) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            if let Some(stdout) = stdout {
                let _ = BufReader::new(stdout).read_line(&mut line);
            }
            let _ = says.send(line);
        });
        // Its own word: on this port, another server could be the one that is healthy.
        let line = said.recv_timeout(START).unwrap_or_default();
        if line.starts_with("listening") && server.is_healthy() {
            let _ = fs::remove_file(log);
            return Ok(server);
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        Err(log.lines().last().unwrap_or("it says nothing").to_owned())
    }

    fn is_healthy(&self) -> bool {
        let end = Instant::now() + START;
        while Instant::now() < end {
            if self.get("/health").is_ok_and(|(status, _)| status == 200) {
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
        self.exchange("GET", path, "")
    }

    /// Sends JSON to a path: the status and the body that come back.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn post(&self, path: &str, json: &str) -> io::Result<(u16, String)> {
        self.exchange("POST", path, json)
    }

    /// HTTP/1.0, so that the end of the connection is the end of the body.
    fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(EXCHANGE))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
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

impl Drop for Server {
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
