use uuid::Uuid;

use super::*;

const PLACEMENT: Placement = Placement {
    position_x: 126_106,
    position_y: -250,
    rotation: 4_500,
    shape: Shape::RoundedRectangle,
    size_x: 2_000,
    size_y: 1_000,
};
const FOCUS: Point = Point { x: 100, y: 0 };

fn section(id: u128, kind: SectionKind) -> Section {
    Section {
        section_id: SectionId(Uuid::from_u128(id)),
        name: format!("Section {id}"),
        kind,
        placement: PLACEMENT,
    }
}

fn seat(section: u16) -> Seat {
    Seat {
        section: SectionIndex(section),
        row: "A".to_owned(),
        number: "1".to_owned(),
        placement: PLACEMENT,
        accessible: true,
        disabled: true,
    }
}

fn sections() -> Vec<Section> {
    let standing = SectionKind::Standing { capacity: 5 };
    let kinds = [SectionKind::Seated, standing, SectionKind::Seated];
    (1..)
        .zip(kinds)
        .map(|(id, kind)| section(id, kind))
        .collect()
}

#[test]
fn places_are_found_by_their_index() {
    let manifest = Manifest::new(sections(), vec![seat(0), seat(2)], FOCUS).unwrap();
    let second = manifest.section_index(SectionId(Uuid::from_u128(2)));
    assert_eq!(second, Some(SectionIndex(1)));
    assert_eq!(manifest.section_index(SectionId(Uuid::from_u128(9))), None);
    assert_eq!(manifest.seat(SeatIndex(1)), Some(&seat(2)));
    assert_eq!(manifest.seat(SeatIndex(2)), None);
    assert_eq!(manifest.section(SectionIndex(3)), None);
    let indexes: Vec<SeatIndex> = manifest.seat_indexes().collect();
    assert_eq!(indexes, [SeatIndex(0), SeatIndex(1)]);
    let capacities = manifest.sections().iter().map(Section::capacity);
    assert_eq!(capacities.collect::<Vec<_>>(), [0, 5, 0]);
}

#[test]
fn a_manifest_needs_something_to_sell() {
    let nothing = Manifest::new(Vec::new(), Vec::new(), FOCUS);
    assert_eq!(nothing, Err(InvalidManifest::Empty));
    let empty = vec![
        section(1, SectionKind::Seated),
        section(2, SectionKind::Standing { capacity: 0 }),
    ];
    let nothing = Manifest::new(empty, Vec::new(), FOCUS);
    assert_eq!(nothing, Err(InvalidManifest::Empty));
    assert!(Manifest::new(sections(), Vec::new(), FOCUS).is_ok());
}

#[test]
fn seats_stand_together_in_a_seated_section() {
    for (seats, at_fault) in [
        (vec![seat(1)], 0),
        (vec![seat(0), seat(3)], 1),
        (vec![seat(0), seat(2), seat(0)], 2),
    ] {
        let refused = Manifest::new(sections(), seats, FOCUS);
        assert_eq!(refused, Err(InvalidManifest::Misplaced(at_fault)));
    }
}

#[test]
fn more_than_can_be_indexed_is_refused() {
    let crowd = vec![section(1, SectionKind::Seated); Manifest::MAX_SECTIONS.saturating_add(1)];
    let refused = Manifest::new(crowd, vec![seat(0)], FOCUS);
    let too_large = InvalidManifest::TooLarge(Manifest::MAX_SECTIONS);
    assert_eq!(refused, Err(too_large));
    let crowd = vec![seat(0); Manifest::MAX_SEATS.saturating_add(1)];
    let refused = Manifest::new(sections(), crowd, FOCUS);
    assert_eq!(refused, Err(InvalidManifest::TooLarge(Manifest::MAX_SEATS)));
}

#[test]
fn a_manifest_is_stored_and_read_back_as_it_was() {
    let manifest = Manifest::new(sections(), vec![seat(0), seat(2)], FOCUS).unwrap();
    let json = serde_json::to_value(&manifest).unwrap();
    assert_eq!(json["sections"][1]["kind"], "standing");
    assert_eq!(json["sections"][1]["capacity"], 5);
    assert_eq!(json["seats"][0]["positionX"], 126_106);
    assert_eq!(serde_json::from_value::<Manifest>(json).unwrap(), manifest);
}

#[test]
fn a_stored_manifest_is_checked_when_it_is_read() {
    let manifest = Manifest::new(sections(), vec![seat(0)], FOCUS).unwrap();
    let mut json = serde_json::to_value(&manifest).unwrap();
    json["seats"][0]["section"] = 1.into();
    assert!(serde_json::from_value::<Manifest>(json).is_err());
}
