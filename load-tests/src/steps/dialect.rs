//! What the server says to Postgres and to a payment provider, as far as it shows where a step begins.
//!
//! A step is what may leave something behind: a statement that writes, a commit, a request that is posted. A statement
//! within a transaction leaves nothing until the commit, and what the job library does by the clock is nobody's step.

use std::collections::HashMap;

/// Who is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    Http,
}

/// The most of a statement that is told.
const LABEL_CHARACTERS: usize = 70;

/// One connection's words, cut into what is sent at a time.
pub struct Reader {
    dialect: Dialect,
    has_started: bool,
    /// Prepared statements by their names.
    statements: HashMap<Vec<u8>, String>,
}

/// What is passed on at once.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    pub bytes: Vec<u8>,
    /// What it does, where that may be a step.
    pub step: Option<String>,
}

impl Reader {
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            has_started: false,
            statements: HashMap::new(),
        }
    }

    /// Takes the next unit from what has been read, if it is whole.
    pub fn take(&mut self, buffer: &mut Vec<u8>, is_in_transaction: bool) -> Option<Unit> {
        match self.dialect {
            Dialect::Postgres => self.take_statement(buffer, is_in_transaction),
            Dialect::Http => take_request(buffer),
        }
    }

    /// Up to what makes Postgres answer.
    fn take_statement(&mut self, buffer: &mut Vec<u8>, is_in_transaction: bool) -> Option<Unit> {
        if !self.has_started {
            let len = length(buffer, 0)?;
            self.has_started = true;
            let bytes = buffer.drain(..len).collect();
            return Some(Unit { bytes, step: None });
        }
        let (mut at, mut said) = (0, None);
        loop {
            let kind = *buffer.get(at)?;
            let end = at + 1 + length(buffer, at + 1)?;
            let message = buffer.get(at + 5..end)?;
            match kind {
                b'P' => {
                    let mut words = message.split(|byte| *byte == 0);
                    let name = words.next().unwrap_or_default().to_vec();
                    let sql = String::from_utf8_lossy(words.next().unwrap_or_default());
                    self.statements.insert(name, sql.into_owned());
                }
                b'B' => {
                    let name = message.split(|byte| *byte == 0).nth(1).unwrap_or_default();
                    said = self.statements.get(name).cloned();
                }
                b'Q' => said = Some(text(message)),
                _ => {}
            }
            at = end;
            if matches!(kind, b'S' | b'Q' | b'H' | b'X' | b'p') {
                break;
            }
        }
        let bytes = buffer.drain(..at).collect();
        let step = said.filter(|sql| is_step(sql, is_in_transaction));
        Some(Unit {
            bytes,
            step: step.map(|sql| label(&sql)),
        })
    }
}

/// Whether an answer of Postgres that ends like this ends a request, and if so, whether a transaction is open.
pub fn ends_answer(tail: &[u8]) -> Option<bool> {
    match tail {
        [.., b'Z', 0, 0, 0, 5, status] => Some(*status != b'I'),
        _ => None,
    }
}

/// Requests come one at a time, so that what begins with a method is one.
fn take_request(buffer: &mut Vec<u8>) -> Option<Unit> {
    if buffer.is_empty() {
        return None;
    }
    let bytes = std::mem::take(buffer);
    let line = bytes.split(|byte| *byte == b'\r').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let is_step = line.starts_with("POST ") && !line.contains("/oauth2/token");
    let step = is_step.then(|| line.trim_end_matches(" HTTP/1.1").to_owned());
    Some(Unit { bytes, step })
}

fn is_step(sql: &str, is_in_transaction: bool) -> bool {
    let sql = sql.trim_start().to_ascii_lowercase();
    if is_in_transaction {
        return sql.starts_with("commit");
    }
    // Looking for jobs, and for what went quiet: by the clock.
    if sql.contains("skip locked") {
        return false;
    }
    let writes = ["insert", "update", "delete", "with"];
    // A function that is asked for nothing else writes.
    let is_call = sql.starts_with("select ") && !sql.contains("from");
    writes.iter().any(|word| sql.starts_with(word)) || is_call
}

fn label(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(LABEL_CHARACTERS).collect()
}

fn text(message: &[u8]) -> String {
    let text = message.strip_suffix(&[0]).unwrap_or(message);
    String::from_utf8_lossy(text).into_owned()
}

/// A message's length, itself included.
fn length(buffer: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 4] = buffer.get(at..at + 4)?.try_into().ok()?;
    let len = usize::try_from(u32::from_be_bytes(bytes)).ok()?;
    (buffer.len() >= at + len).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &len, body].concat()
    }

    fn started() -> Reader {
        let mut reader = Reader::new(Dialect::Postgres);
        let mut hello = vec![0, 0, 0, 8, 0, 3, 0, 0];
        assert!(reader.take(&mut hello, false).is_some());
        reader
    }

    #[test]
    fn a_prepared_statement_is_a_step_when_it_is_bound() {
        let mut reader = started();
        let mut prepare = message(b'P', b"s1\0update  payment\n set state = $1\0\0\0");
        prepare.extend(message(b'S', b""));
        assert_eq!(reader.take(&mut prepare, false).unwrap().step, None);
        let mut execute = message(b'B', b"\0s1\0\0\0");
        let half = execute.clone();
        assert!(
            reader
                .take(&mut half[..half.len() - 1].to_vec(), false)
                .is_none(),
            "not whole yet"
        );
        execute.extend(message(b'S', b""));
        let unit = reader.take(&mut execute.clone(), false).unwrap();
        assert_eq!(unit.step.as_deref(), Some("update payment set state = $1"));
        assert_eq!(
            reader.take(&mut execute, true).unwrap().step,
            None,
            "nothing is left of it until the commit"
        );
        let mut commit = message(b'Q', b"COMMIT\0");
        let unit = reader.take(&mut commit, true).unwrap();
        assert_eq!((unit.step.as_deref(), commit.len()), (Some("COMMIT"), 0));
    }

    #[test]
    fn what_reads_or_goes_by_the_clock_is_no_step() {
        for (sql, expected) in [
            ("select * from payment", false),
            ("BEGIN", false),
            (
                "with j as (select 1 for update skip locked) update jobs",
                false,
            ),
            ("with stored as (insert into webhook_event", true),
            ("select write_batch($1, $2)", true),
            ("delete from jobs", true),
        ] {
            assert_eq!(is_step(sql, false), expected, "{sql}");
        }
    }

    #[test]
    fn a_request_that_is_posted_is_a_step_unless_it_asks_for_a_token() {
        let step = |text: &str| take_request(&mut text.as_bytes().to_vec()).unwrap().step;
        let refund = "POST /stripe/v1/refunds HTTP/1.1\r\nhost: x\r\n\r\n";
        assert_eq!(step(refund).as_deref(), Some("POST /stripe/v1/refunds"));
        assert_eq!(step("POST /paypal/v1/oauth2/token HTTP/1.1\r\n"), None);
        assert_eq!(step("GET /stripe/v1/refunds/1 HTTP/1.1\r\n"), None);
    }

    #[test]
    fn the_end_of_an_answer_says_whether_a_transaction_is_open() {
        assert_eq!(ends_answer(b"..Z\0\0\0\x05I"), Some(false));
        assert_eq!(ends_answer(b"..Z\0\0\0\x05T"), Some(true));
        assert_eq!(ends_answer(b"..Z\0\0\0"), None);
    }
}
