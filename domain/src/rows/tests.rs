use super::*;
use crate::manifest::{Placement, Shape};

/// A seat of a row at a place, in plan units.
fn seat(row: &str, x: i32, y: i32) -> Seat {
    Seat {
        section: SectionIndex(0),
        row: row.to_owned(),
        number: String::new(),
        placement: Placement {
            position_x: x.saturating_mul(100),
            position_y: y.saturating_mul(100),
            rotation: 0,
            shape: Shape::Ellipse,
            size_x: 2_000,
            size_y: 2_000,
        },
        accessible: false,
        disabled: false,
    }
}

fn row(label: &str, xs: &[i32], y: i32) -> Vec<Seat> {
    xs.iter().map(|x| seat(label, *x, y)).collect()
}

/// The runs of one section as seat indexes.
fn runs(seats: &[Seat]) -> Vec<Vec<u32>> {
    let rows = Rows::new(seats, 1, Point { x: 0, y: 0 });
    let runs = rows.runs().map(|(_, run)| rows.seats_of(run));
    runs.map(|run| run.iter().map(|seat| seat.0).collect())
        .collect()
}

#[test]
fn seats_are_neighbours_by_where_they_stand_not_by_how_they_are_listed() {
    let seats = row("A", &[50, 0, 75, 25], 0);
    assert_eq!(runs(&seats), [[1, 3, 0, 2]]);
}

#[test]
fn a_row_may_run_away_from_the_stage() {
    let seats: Vec<Seat> = [50, 0, 25].map(|y| seat("A", 3, y)).into();
    assert_eq!(runs(&seats), [[1, 2, 0]]);
}

#[test]
fn a_row_may_be_curved() {
    let arc = [
        (0, 60),
        (20, 30),
        (50, 12),
        (85, 5),
        (120, 12),
        (150, 30),
        (170, 60),
    ];
    let seats = arc.map(|(x, y)| seat("A", x, y));
    assert_eq!(runs(&seats), [[0, 1, 2, 3, 4, 5, 6]]);
}

#[test]
fn an_aisle_cuts_a_row() {
    let seats = row("A", &[0, 25, 50, 100, 125], 0);
    assert_eq!(runs(&seats), [&[0, 1, 2][..], &[3, 4]]);
}

#[test]
fn an_aisle_cuts_a_row_of_three_and_many_a_row_of_pairs() {
    let seats = row("A", &[0, 25, 100], 0);
    assert_eq!(runs(&seats), [&[0, 1][..], &[2]]);
    let seats = row("A", &[0, 25, 100, 125, 200, 225], 0);
    assert_eq!(runs(&seats), [[0, 1], [2, 3], [4, 5]]);
}

#[test]
fn a_row_of_two_seats_is_cut_by_an_aisle_of_its_section() {
    let mut seats = row("A", &[50, 125], 0);
    seats.extend(row("B", &[0, 25, 50, 125, 150], 30));
    seats.extend(row("C", &[0, 25], 60));
    assert_eq!(runs(&seats), [&[0][..], &[1], &[2, 3, 4], &[5, 6], &[7, 8]]);
}

#[test]
fn rows_of_one_label_that_stand_apart_are_not_mixed() {
    let mut seats = row("A", &[0, 25, 50, 75, 100], 0);
    seats.extend(row("A", &[0, 25, 50, 75, 100], 90));
    assert_eq!(runs(&seats), [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]);
    let mut seats = row("A", &[0, 25, 50, 75, 100, 125, 150, 175], 0);
    seats.extend(row("A", &[0, 25], 50));
    let expected = [&[0, 1, 2, 3, 4, 5, 6, 7][..], &[8, 9]];
    assert_eq!(runs(&seats), expected);
}

#[test]
fn a_run_knows_its_best_seat_and_how_near_it_comes_to_a_point() {
    let seats = row("A", &[300, 325, 350], 400);
    let rows = Rows::new(&seats, 1, Point { x: 0, y: 0 });
    let (_, run) = rows.runs().next().unwrap();
    assert_eq!(run.best_rank, 50_000);
    for (x, y, expected) in [(0, 0, 50_000), (32_000, 40_000, 0), (35_000, 40_700, 700)] {
        assert_eq!(run.distance_from(Point { x, y }), expected);
    }
}

#[test]
fn every_seat_is_in_one_run_of_its_section() {
    let mut seats = row("A", &[0, 25, 100], 0);
    seats.extend(row("A", &[0, 25], 300).into_iter().map(|seat| Seat {
        section: SectionIndex(2),
        ..seat
    }));
    let rows = Rows::new(&seats, 4, Point { x: 0, y: 0 });
    let of_section = |section| {
        let runs = rows.runs_of_section(SectionIndex(section));
        let seats = runs.flat_map(|(_, run)| rows.seats_of(run));
        seats.map(|seat| seat.0).collect::<Vec<_>>()
    };
    assert_eq!(
        [0, 1, 2, 3].map(of_section),
        [vec![0, 1, 2], vec![], vec![3, 4], vec![]]
    );
    for (index, run) in rows.runs() {
        for seat in rows.seats_of(run) {
            assert_eq!(rows.run_of(*seat), index);
        }
    }
}
