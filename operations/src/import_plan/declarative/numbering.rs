//! Labels that follow each other: 1, 2, 3; I, II, III; A, B, … Z, AA.

use super::SequenceSpec;

/// Later labels than this are a mistake.
const LAST: u32 = 9_999;

const ROMAN: [(u32, &str); 13] = [
    (1_000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// A way of writing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Arabic,
    Roman,
    Alpha,
}

/// Labels from a first one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    format: Format,
    first: u32,
    /// Whether the first label stands at the far end.
    pub from_right: bool,
}

impl Sequence {
    /// What a file's words mean.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn of(spec: &SequenceSpec) -> Result<Self, String> {
        let from = spec.from.as_deref().map_or("1", str::trim);
        let from = if spec.from.is_none() && spec.format.as_deref() != Some("arabic") {
            first_of(spec.format.as_deref())
        } else {
            from
        };
        let format = format(spec.format.as_deref(), from)?;
        let first = read(format, from)
            .filter(|first| (1..=LAST).contains(first))
            .ok_or_else(|| format!("{from:?} is no {} to begin with", name(format)))?;
        let from_right = match spec.direction.as_deref() {
            None | Some("toRight") => false,
            Some("toLeft") => true,
            Some(other) => return Err(format!("the direction {other:?} is not toRight or toLeft")),
        };
        Ok(Self {
            format,
            first,
            from_right,
        })
    }

    /// The label at a place, from nought.
    pub(super) fn label(self, at: u32) -> String {
        write(self.format, self.first.saturating_add(at))
    }
}

fn first_of(format: Option<&str>) -> &'static str {
    match format {
        Some("roman") => "I",
        Some("alpha") => "A",
        _ => "1",
    }
}

fn format(named: Option<&str>, from: &str) -> Result<Format, String> {
    match named {
        Some("arabic") => Ok(Format::Arabic),
        Some("roman") => Ok(Format::Roman),
        Some("alpha") => Ok(Format::Alpha),
        Some(other) => Err(format!(
            "the format {other:?} is not arabic, roman or alpha"
        )),
        None if from.starts_with(|letter: char| letter.is_ascii_alphabetic()) => Ok(Format::Alpha),
        None => Ok(Format::Arabic),
    }
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Arabic => "number",
        Format::Roman => "Roman number",
        Format::Alpha => "letter",
    }
}

fn read(format: Format, text: &str) -> Option<u32> {
    match format {
        Format::Arabic => text.parse().ok(),
        // What is read must be what would be written: IIX is no number.
        Format::Roman => (1..=LAST).find(|number| write_roman(*number) == text),
        Format::Alpha => read_alpha(text),
    }
}

fn write(format: Format, number: u32) -> String {
    match format {
        Format::Arabic => number.to_string(),
        Format::Roman => write_roman(number),
        Format::Alpha => write_alpha(number),
    }
}

fn write_roman(mut number: u32) -> String {
    let mut text = String::new();
    for (value, letters) in ROMAN {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    text
}

fn read_alpha(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 3 {
        return None;
    }
    text.bytes().try_fold(0, |number: u32, letter| {
        let digit = letter.is_ascii_uppercase().then(|| letter - b'A' + 1)?;
        Some(number * 26 + u32::from(digit))
    })
}

fn write_alpha(mut number: u32) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        let digit = u8::try_from((number - 1) % 26).expect("a remainder of 26 is small");
        letters.push(char::from(b'A' + digit));
        number = (number - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(format: Option<&str>, from: Option<&str>, count: u32) -> Vec<String> {
        let spec = SequenceSpec {
            format: format.map(str::to_owned),
            from: from.map(str::to_owned),
            direction: None,
        };
        let sequence = Sequence::of(&spec).unwrap();
        (0..count).map(|at| sequence.label(at)).collect()
    }

    #[test]
    fn labels_are_written_as_their_first_one_is() {
        assert_eq!(labels(None, None, 2), ["1", "2"]);
        assert_eq!(labels(None, Some("9"), 2), ["9", "10"]);
        assert_eq!(labels(None, Some("Y"), 4), ["Y", "Z", "AA", "AB"]);
        assert_eq!(labels(Some("roman"), Some("VIII"), 3), ["VIII", "IX", "X"]);
        assert_eq!(labels(Some("roman"), None, 1), ["I"]);
        assert_eq!(labels(Some("alpha"), None, 1), ["A"]);
    }

    #[test]
    fn a_first_label_that_is_none_is_refused() {
        let wrong = [
            (None, Some("0")),
            (None, Some("-1")),
            (None, Some("")),
            (None, Some("a")),
            (Some("roman"), Some("IIX")),
            (Some("roman"), Some("1")),
            (Some("arabic"), Some("A")),
            (Some("greek"), None),
        ];
        for (format, from) in wrong {
            let spec = SequenceSpec {
                format: format.map(str::to_owned),
                from: from.map(str::to_owned),
                direction: None,
            };
            assert!(Sequence::of(&spec).is_err(), "{format:?} {from:?}");
        }
    }
}
