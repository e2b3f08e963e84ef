//! The generator's own durable file: a record a line, fsynced before it counts.
//!
//! One thread writes: it takes all that waits, writes it, fsyncs once, and then tells everybody.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use tokio::sync::oneshot;

use crate::history::Record;
use crate::outcome::Outcome;

/// Lines that wait for the writer at once; more than connections ever have.
const WAITING_MAX: usize = 65_536;

/// A file that records are appended to.
pub struct RecordFile {
    path: PathBuf,
    writer: mpsc::SyncSender<Line>,
}

struct Line {
    bytes: Vec<u8>,
    written: oneshot::Sender<()>,
}

impl RecordFile {
    /// Makes the file and starts its writer, which ends with the value.
    pub fn create(path: &Path) -> Outcome<Self> {
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(path)?;
        let (writer, lines) = mpsc::sync_channel(WAITING_MAX);
        std::thread::Builder::new()
            .name("records".into())
            .spawn(move || write_lines(file, &lines))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
        })
    }

    /// Appends a record; returns when it is fsynced.
    pub async fn append(&self, record: &Record) {
        let mut bytes = serde_json::to_vec(record).expect("a record is plain data");
        bytes.push(b'\n');
        let (written, done) = oneshot::channel();
        self.writer
            .send(Line { bytes, written })
            .expect("the writer lives as long as its file");
        done.await
            .expect("the file of records takes what it is given");
    }

    /// All records as the file has them.
    pub fn read_back(&self) -> Outcome<Vec<Record>> {
        let text = std::fs::read_to_string(&self.path)?;
        let records = text
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        Ok(records)
    }
}

fn write_lines(mut file: File, lines: &mpsc::Receiver<Line>) {
    while let Ok(first) = lines.recv() {
        let group: Vec<Line> = std::iter::once(first).chain(lines.try_iter()).collect();
        let bytes = group
            .iter()
            .flat_map(|line| &line.bytes)
            .copied()
            .collect::<Vec<u8>>();
        file.write_all(&bytes)
            .and_then(|()| file.sync_data())
            .expect("the file of records can be written");
        for line in group {
            // Who waited may have been cancelled; the line is written all the same.
            let _ = line.written.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Answer, Operation};

    #[tokio::test]
    async fn what_is_appended_is_read_back_as_it_was() {
        let path = std::env::temp_dir().join(format!("records-{}", uuid::Uuid::now_v7()));
        let file = RecordFile::create(&path).unwrap();
        let answer = Answer::Unknown {
            status: Some(503),
            has_retry_after: true,
            cause: "busy".into(),
        };
        let (session, order) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
        let record = Record {
            start: 1,
            end: 2,
            session,
            order,
            operation: Operation::Cancel,
            answer,
        };
        file.append(&record).await;
        assert_eq!(file.read_back().unwrap(), [record]);
        std::fs::remove_file(path).unwrap();
    }
}
