//! What is wrong with a file or its options, gathered so that all of it is told at once.

use std::fmt;

/// More faults than this are counted, not told.
const FAULTS_MAX: usize = 1_000;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `zones[0].rows[3].seats[5]`, `--price`, `line 3 column 9`.
    pub place: String,
    /// What.
    pub message: String,
}

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    told: Vec<Fault>,
    untold: usize,
}

impl Faults {
    pub(super) fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        if self.told.len() < FAULTS_MAX {
            self.told.push(Fault {
                place: place.into(),
                message: message.into(),
            });
        } else {
            self.untold += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub(super) fn into_list(mut self) -> Vec<Fault> {
        if self.untold > 0 {
            let message = format!("{} more faults are not listed", self.untold);
            self.told.push(Fault {
                place: "…".to_owned(),
                message,
            });
        }
        self.told
    }

    /// Text as people may print it: trimmed, not empty, not too long, without control characters.
    pub(super) fn text(
        &mut self,
        place: &str,
        what: &str,
        value: Option<&str>,
        characters_max: usize,
    ) -> Option<String> {
        let text = value.map(str::trim).unwrap_or_default();
        let fault = if text.is_empty() {
            format!("{what} is missing")
        } else if text.chars().any(char::is_control) {
            format!("{what} has control characters")
        } else if text.chars().count() > characters_max {
            format!("{what} is longer than {characters_max} characters")
        } else {
            return Some(text.to_owned());
        };
        self.add(place, fault);
        None
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}
