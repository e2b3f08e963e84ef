//! Others that send one message to many sockets: nginx with nchan, and Bun's own server.
//!
//! Each is given the frames that our server sent, at the same distances of time, and has as many listeners.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::listener::{Channel, HeardFrame};
use crate::connection::{Connection, publication};
use crate::outcome::Outcome;
use crate::running::Running;
use crate::timeline::{Micros, Timeline};

const START_TIMEOUT: Duration = Duration::from_secs(10);
const START_POLL: Duration = Duration::from_millis(50);

/// Where Debian keeps nchan.
const NCHAN: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";

/// Somebody who sends to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nchan,
    Bun,
}

/// A broadcaster at work.
pub struct Broadcaster {
    process: Running,
    address: SocketAddr,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Nchan => "nginx with nchan",
            Self::Bun => "Bun",
        }
    }

    /// Starts it; nothing if it is not installed.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn start(self, folder: &Path, bun: Option<&Path>) -> Outcome<Option<Broadcaster>> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = match (self, bun) {
            (Self::Nchan, _) if Path::new(NCHAN).exists() => nginx(folder, address)?,
            (Self::Bun, Some(bun)) => bun_server(bun, address)?,
            _ => return Ok(None),
        };
        let process = Running::start(&mut command)?;
        let deadline = Instant::now() + START_TIMEOUT;
        while tokio::net::TcpStream::connect(address).await.is_err() {
            if Instant::now() > deadline {
                return Err(format!("{} does not answer", self.name()).into());
            }
            tokio::time::sleep(START_POLL).await;
        }
        Ok(Some(Broadcaster { process, address }))
    }
}

impl Broadcaster {
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Where its listeners connect.
    pub fn channel(&self) -> Channel {
        Channel {
            address: self.address,
            path: "/sub".to_owned(),
            protocol: None,
            hello: None,
        }
    }

    /// Publishes frames at the distances at which they were heard; returns when each was sent, by its place.
    ///
    /// # Errors
    /// It refuses one.
    pub async fn replay(&self, frames: &[HeardFrame], timeline: Timeline) -> Outcome<Vec<Micros>> {
        let Some(first) = frames.first() else {
            return Ok(Vec::new());
        };
        let began = tokio::time::Instant::now();
        let mut connection = Connection::new(self.address);
        let mut sent = Vec::with_capacity(frames.len());
        for frame in frames {
            let offset = Duration::from_micros(frame.first_at - first.first_at);
            tokio::time::sleep_until(began + offset).await;
            sent.push(timeline.now());
            let answer = connection.send(&publication("/pub", &frame.bytes)).await?;
            if answer.status >= 300 {
                return Err(format!("a publication was answered {}", answer.status).into());
            }
        }
        Ok(sent)
    }
}

/// nginx with one location to publish at and one to listen at, two workers, nothing kept.
fn nginx(folder: &Path, address: SocketAddr) -> Outcome<Command> {
    let prefix = folder.join(format!("nginx-{}", address.port()));
    std::fs::create_dir(&prefix)?;
    let file = prefix.join("nginx.conf");
    let path = prefix.display();
    std::fs::write(
        &file,
        format!(
            "load_module {NCHAN};\ndaemon off;\npid {path}/pid;\nerror_log {path}/error.log;\nuser root;\nworker_processes 2;\n\
             worker_rlimit_nofile 20000;\nevents {{ worker_connections 12000; }}\n\
             http {{ access_log off; nchan_shared_memory_size 64M; client_body_temp_path {path}; proxy_temp_path {path}; \
             fastcgi_temp_path {path}; uwsgi_temp_path {path}; scgi_temp_path {path};\n\
             server {{ listen {address} backlog=4096;\n\
             location = /pub {{ nchan_publisher http; nchan_channel_id seats; nchan_message_buffer_length 20; }}\n\
             location = /sub {{ nchan_subscriber websocket; nchan_channel_id seats; nchan_subscriber_first_message newest; }} }} }}\n"
        ),
    )?;
    let mut command = Command::new("/usr/sbin/nginx");
    command.arg("-p").arg(&prefix).arg("-c").arg(&file);
    Ok(command)
}

fn bun_server(bun: &Path, address: SocketAddr) -> Outcome<Command> {
    let script = bun
        .ancestors()
        .map(|folder| folder.join("server.js"))
        .find(|script| script.exists())
        .unwrap_or_else(|| PathBuf::from("load-tests/bun/server.js"));
    let mut command = Command::new(bun);
    command.arg("run").arg(script);
    command.env("PORT", address.port().to_string());
    Ok(command)
}
