//! Which form a file has, and its fields; what is not JSON, or has a field of the wrong kind, is refused here.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::declarative::Document;
use super::faults::Faults;
use super::pretix::RawPlan;

/// A file as its form has it.
pub(super) enum File {
    Pretix(RawPlan),
    Declarative(Document),
}

/// What tells the forms apart.
#[derive(Deserialize)]
struct Signs {
    zones: Option<IgnoredAny>,
    sections: Option<IgnoredAny>,
}

/// Reads a file's fields.
pub(super) fn parse(bytes: &[u8], faults: &mut Faults) -> Option<File> {
    // Some editors put a byte order mark before the text.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let signs = serde_json::from_slice::<Signs>(bytes);
    if signs.is_ok_and(|signs| signs.sections.is_some() && signs.zones.is_none()) {
        return fields(bytes, faults).map(File::Declarative);
    }
    fields(bytes, faults).map(File::Pretix)
}

fn fields<T: DeserializeOwned>(bytes: &[u8], faults: &mut Faults) -> Option<T> {
    match serde_json::from_slice(bytes) {
        Ok(fields) => Some(fields),
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            if error.is_data() {
                faults.add(place, text);
            } else {
                faults.add(place, format!("this is not JSON: {text}"));
            }
            None
        }
    }
}
