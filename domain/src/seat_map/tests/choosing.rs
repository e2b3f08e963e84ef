//! Which seats a party gets when it leaves the choice to the house.

use super::house::{House, Part, best, best_accessible, best_in, named, places, rules, seats};
use crate::seat_map::{Command, Refusal, Sections, Wish};
use crate::{SeatIndex, SectionIndex};

/// A house in which the seats drawn as `o` are taken.
fn partly_taken(rows: &[&str]) -> House {
    let plan: Vec<String> = rows.iter().map(|row| row.replace('o', ".")).collect();
    let plan: Vec<&str> = plan.iter().map(String::as_str).collect();
    let mut house = House::seated(&plan);
    let drawn = rows.iter().flat_map(|row| row.chars());
    let drawn = drawn.filter(|seat| *seat != ' ');
    let taken = (0..).zip(drawn).filter(|(_, seat)| *seat == 'o');
    let taken: Vec<u32> = taken.map(|(index, _)| index).collect();
    let places = places(&taken, &[]);
    house.run(&Command::Allocate { places }).unwrap();
    house
}

#[track_caller]
fn assert_best(rows: &[&str], quantity: u32, expected: &[&str]) {
    let mut house = partly_taken(rows);
    house.hold('a', best(quantity));
    assert_eq!(house.picture(), expected);
}

#[test]
fn the_best_seats_are_in_the_middle_of_the_front_row() {
    assert_best(&["......", "......"], 2, &["..aa..", "......"]);
}

#[test]
fn the_front_counts_for_more_than_the_middle_only_as_far_as_the_eye_says() {
    // The end of the first row is farther from the stage than the middle of the second.
    let rows = ["..ooooooooo..", "............."];
    assert_best(&rows, 2, &["..ooooooooo..", ".....aa......"]);
}

#[test]
fn a_party_sits_together_in_a_row_though_single_seats_are_better() {
    let rows = [".o.o.o.", "ooooooo", "ooo...."];
    assert_best(&rows, 4, &[".o.o.o.", "ooooooo", "oooaaaa"]);
}

#[test]
fn a_party_does_not_sit_across_an_aisle() {
    assert_best(&[".. ...", "......"], 3, &[".. aaa", "......"]);
    assert_best(&["... ...", "........"], 4, &["... ...", "..aaaa.."]);
}

#[test]
fn no_single_seat_is_left_where_another_choice_exists() {
    assert_best(&["...o...", "......."], 2, &["...o...", "..aa..."]);
    // Of four free seats the two in the middle would leave two single ones.
    assert_best(&["o....o"], 2, &["oaa..o"]);
}

#[test]
fn a_single_seat_beside_an_aisle_is_left_over_like_one_beside_a_taken_seat() {
    assert_best(&["... ...", "ooo...."], 2, &["... ...", "oooaa.."]);
}

#[test]
fn a_single_seat_is_left_where_no_other_choice_exists() {
    assert_best(&["ooo...ooo"], 2, &["oooaa.ooo"]);
}

#[test]
fn a_single_buyer_takes_the_seat_that_was_left_over() {
    assert_best(&["oo..oo.oo"], 1, &["oo..ooaoo"]);
}

#[test]
fn a_party_that_finds_no_row_sits_as_near_to_each_other_as_it_can() {
    let rows = ["oo.o.oooooo.o", "oo.ooooooooo."];
    assert_best(&rows, 3, &["ooaoaoooooo.o", "ooaooooooooo."]);
}

#[test]
fn a_scattered_party_stays_in_one_section_if_that_has_room() {
    let parts = [Part::Rows(&["....."]), Part::Rows(&["....."])];
    let mut house = House::new(&parts, rules());
    let places = places(&[0, 2, 4, 6, 8], &[]);
    house.run(&Command::Allocate { places }).unwrap();
    house.hold('a', best(3));
    assert_eq!(house.picture(), ["o.o.o", "aoaoa"]);
    house.hold('b', best(2));
    assert_eq!(house.picture(), ["obobo", "aoaoa"]);
}

#[test]
fn the_best_seats_of_a_section_are_sought_there_alone() {
    let parts = [Part::Rows(&["......"]), Part::Rows(&["......"])];
    let mut house = House::new(&parts, rules());
    house.hold('a', best_in(1, 2));
    assert_eq!(house.picture(), ["......", "..aa.."]);
    house.open('b');
    let refusal = Refusal::SoldOut { free: 4 };
    assert_eq!(house.claim('b', best_in(1, 5)), Err(refusal));
}

#[test]
fn the_best_seats_are_sought_in_all_named_sections_and_no_other() {
    let rows = [
        Part::Rows(&["..."]),
        Part::Rows(&["..."]),
        Part::Rows(&["..."]),
    ];
    let mut house = House::new(&rows, rules());
    let wish = |sections: &[u16], quantity| Wish::Best {
        quantity,
        sections: Sections::Only(sections.iter().copied().map(SectionIndex).collect()),
        accessible: false,
    };
    house.hold('a', wish(&[1, 2], 3));
    house.hold('b', wish(&[1, 2], 3));
    assert_eq!(house.picture(), ["...", "aaa", "bbb"]);
    house.open('c');
    let sold_out = Err(Refusal::SoldOut { free: 0 });
    assert_eq!(house.claim('c', wish(&[1, 2], 1)), sold_out);
    assert_eq!(house.claim('c', wish(&[], 1)), sold_out);
}

#[test]
fn accessible_seats_come_last() {
    let mut house = House::seated(&["..&&..", "......"]);
    house.hold('a', best(2));
    assert_eq!(house.picture(), ["aa....", "......"]);
    house.hold('b', best(6));
    assert_eq!(house.picture(), ["aa....", "bbbbbb"]);
    // Two others are left: they suffice for two, and not for three.
    house.hold('c', best(2));
    assert_eq!(house.picture(), ["aa..cc", "bbbbbb"]);
    house.hold('d', best(2));
    assert_eq!(house.picture(), ["aaddcc", "bbbbbb"]);
}

#[test]
fn a_party_sits_scattered_rather_than_on_accessible_seats() {
    let mut house = House::seated(&[".&.&."]);
    house.hold('a', best(2));
    assert_eq!(house.picture(), ["a.a.."]);
}

#[test]
fn who_asks_for_an_accessible_seat_gets_one_with_the_party_beside_it() {
    let mut house = House::seated(&["......", "&....."]);
    house.hold('a', best_accessible(2));
    assert_eq!(house.picture(), ["......", "aa...."]);
    house.open('b');
    let sold_out = Err(Refusal::SoldOut { free: 0 });
    assert_eq!(house.claim('b', best_accessible(1)), sold_out);
}

#[test]
fn around_an_accessible_seat_the_party_sits_as_near_as_it_can() {
    let mut house = partly_taken(&["o&oo.o", ".....o"]);
    house.hold('a', best_accessible(3));
    assert_eq!(house.picture(), ["oaoo.o", "aa...o"]);
}

#[test]
fn the_best_seats_are_sold_out_when_too_few_are_free_anywhere() {
    let mut house = House::new(&[Part::Rows(&["..x."]), Part::Standing(9)], rules());
    house.hold('a', best(2));
    house.open('b');
    let refusal = Refusal::SoldOut { free: 1 };
    assert_eq!(house.claim('b', best(2)), Err(refusal));
}

#[test]
fn the_last_seats_of_the_house_are_found_wherever_they_are() {
    let mut house = partly_taken(&[".ooo.", "ooooo", "oo.oo"]);
    house.hold('a', best(3));
    assert_eq!(house.picture(), ["aoooa", "ooooo", "ooaoo"]);
    assert_eq!(house.counts(0)[0], 0);
}

#[track_caller]
fn assert_alternative(rows: &[&str], wanted: &[u32], expected: &[u32]) {
    let mut house = partly_taken(rows);
    house.open('a');
    assert_eq!(alternative_to(&mut house, wanted), seats(expected));
}

#[test]
fn the_alternative_is_together_and_near_the_seats_that_were_wanted() {
    assert_alternative(&["..........", "......oooo"], &[18, 19], &[8, 9]);
    assert_alternative(&["ooo......."], &[1, 2], &[3, 4]);
}

#[test]
fn the_alternative_to_an_accessible_seat_is_accessible_if_one_is_left() {
    let mut house = House::seated(&["&....&"]);
    house.hold('b', named(&[0]));
    house.open('a');
    assert_eq!(alternative_to(&mut house, &[0]), seats(&[5]));
    house.hold('c', named(&[5]));
    assert_eq!(alternative_to(&mut house, &[0]), seats(&[1]));
}

#[test]
fn the_alternative_to_any_other_seat_leaves_the_accessible_ones() {
    let mut house = House::seated(&[".&.."]);
    house.hold('b', named(&[0]));
    house.open('a');
    assert_eq!(alternative_to(&mut house, &[0]), seats(&[2]));
}

#[test]
fn the_alternative_leaves_no_single_seat_where_another_choice_exists() {
    assert_alternative(&["o...o....."], &[0, 1], &[5, 6]);
}

#[test]
fn the_alternative_is_scattered_where_no_row_has_room() {
    assert_alternative(&[".o.oo.oo."], &[0, 1, 2], &[0, 2, 5]);
}

#[test]
fn the_alternative_is_scattered_over_rows_rather_than_along_one() {
    let rows = [".o.o.o.", ".o.o.o."];
    assert_alternative(&rows, &[1, 2, 3, 4], &[0, 2, 4, 9]);
}

#[test]
fn the_alternative_is_sought_in_the_section_first_then_anywhere() {
    let parts = [Part::Rows(&["...."]), Part::Rows(&["...."])];
    let mut house = House::new(&parts, rules());
    house.hold('b', named(&[3]));
    house.open('a');
    // The three seats left in the row are less near than those behind, but in the section.
    assert_eq!(alternative_to(&mut house, &[2, 3]), seats(&[1, 2]));
    assert_eq!(
        alternative_to(&mut house, &[0, 1, 2, 3]),
        seats(&[4, 5, 6, 7])
    );
}

fn alternative_to(house: &mut House, wanted: &[u32]) -> Vec<SeatIndex> {
    match house.claim('a', named(wanted)) {
        Err(Refusal::SeatTaken { alternative, .. }) => alternative,
        answer => panic!("{answer:?}"),
    }
}
