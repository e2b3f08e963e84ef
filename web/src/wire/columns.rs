//! A manifest as the map reads it: what the seats of a section have is in columns, of which each says how it differs from
//! what was to be expected. Rows of seats go on as they began, so that most of it is nothing new, and a twelfth is left to send.

mod course;

use std::array;

use actors::SessionInfo;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use self::course::{Course, Place};
use super::session::{Manifest, ManifestSeat, ManifestSection};

/// All places of a session. It never changes once the session is published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestColumns {
    pub session_id: Uuid,
    /// As in the manifest, but for the seats.
    pub sections: Vec<SectionColumns>,
}

/// A section.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectionColumns {
    #[serde(flatten)]
    pub section: ManifestSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<SeatColumns>,
}

/// Each is as long as there are seats. Of a number stands there by how much it differs from what was to be expected: of
/// `position` and `rotation`, in hundredths, from where the row's course leads, and of the others from twice the last one less the
/// one before that. A difference is a letter, `m` for none, from `a` for -12 to `y` for 12, or else it is written out in parentheses.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatColumns {
    pub index: String,
    pub row: Vec<String>,
    pub number: Vec<String>,
    /// `x` and `y` at once: a letter, `m` for none, from `a` for -2 and -2 over `b` for -2 and -1 to `y` for 2 and 2, or else both
    /// are written out in parentheses, with a comma.
    pub position: String,
    pub rotation: String,
    /// As a place in `ellipse`, `rectangle`, `rounded_rectangle`.
    pub shape: String,
    /// In hundredths.
    pub size_x: String,
    /// In hundredths.
    pub size_y: String,
    /// 1 or 0.
    pub accessible: String,
}

impl ManifestColumns {
    /// The places of a live session with their prices.
    #[must_use]
    pub fn new(info: &SessionInfo) -> Self {
        let Manifest {
            session_id,
            sections,
        } = Manifest::new(info);
        Self {
            session_id,
            sections: sections.into_iter().map(SectionColumns::new).collect(),
        }
    }
}

impl SectionColumns {
    fn new(mut section: ManifestSection) -> Self {
        let seats = section.seats.take();
        Self {
            section,
            columns: seats.map(SeatColumns::new),
        }
    }
}

impl SeatColumns {
    fn new(seats: Vec<ManifestSeat>) -> Self {
        let (position, rotation) = places(&seats);
        let column = |part: fn(&ManifestSeat) -> i64| continued(seats.iter().map(part));
        Self {
            index: column(|seat| seat.index.into()),
            position,
            rotation,
            shape: column(|seat| seat.drawing.shape as i64),
            size_x: column(|seat| seat.drawing.size_x.0.into()),
            size_y: column(|seat| seat.drawing.size_y.0.into()),
            accessible: column(|seat| seat.accessible.into()),
            row: seats.iter().map(|seat| seat.row.clone()).collect(),
            number: seats.into_iter().map(|seat| seat.number).collect(),
        }
    }
}

/// By how much each seat's position and rotation are apart from where its row's course leads.
fn places(seats: &[ManifestSeat]) -> (String, String) {
    let (mut position, mut rotation) = (String::new(), String::new());
    let mut course = Course::default();
    let mut last_row = None;
    for ManifestSeat { row, drawing, .. } in seats {
        let expected = course.expected(last_row != Some(row));
        let seat = [drawing.position_x, drawing.position_y, drawing.rotation].map(|it| it.0.into());
        let apart: Place = array::from_fn(|part| seat[part] - expected[part]);
        course.go(seat, apart);
        let [x, y, turn] = apart;
        write_differences(&mut position, x, y);
        write_difference(&mut rotation, turn);
        last_row = Some(row);
    }
    (position, rotation)
}

fn write_differences(column: &mut String, x: i64, y: i64) {
    match (u8::try_from(x + 2), u8::try_from(y + 2)) {
        (Ok(x @ ..=4), Ok(y @ ..=4)) => column.push(char::from(b'a' + 5 * x + y)),
        _ => column.push_str(&format!("({x},{y})")),
    }
}

/// By how much each number differs from what continues the two before it.
fn continued(numbers: impl Iterator<Item = i64>) -> String {
    let (mut last, mut step) = (0, 0);
    let mut column = String::new();
    for number in numbers {
        write_difference(&mut column, number - (last + step));
        (last, step) = (number, number - last);
    }
    column
}

fn write_difference(column: &mut String, difference: i64) {
    match u8::try_from(difference + 12) {
        Ok(letter @ ..=24) => column.push(char::from(b'a' + letter)),
        _ => column.extend(["(", &difference.to_string(), ")"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_as_it_began_is_nothing_new() {
        assert_eq!(continued([5, 7, 9, 11, 11].into_iter()), "rjmmk");
        assert_eq!(continued([3; 4].into_iter()), "pjmm");
        assert_eq!(continued(std::iter::empty()), "");
    }

    #[test]
    fn x_and_y_have_a_letter_together() {
        let mut column = String::new();
        for (x, y) in [
            (0, 0),
            (-2, -2),
            (-2, -1),
            (2, 2),
            (1, 0),
            (-3, 0),
            (0, 300),
        ] {
            write_differences(&mut column, x, y);
        }
        assert_eq!(column, "mabyr(-3,0)(0,300)");
    }

    #[test]
    fn what_has_no_letter_is_written_out() {
        assert_eq!(continued([12, 12, -1].into_iter()), "ya(-13)");
        assert_eq!(continued([13, 0].into_iter()), "(13)(-26)");
    }
}
