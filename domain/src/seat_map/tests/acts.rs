//! Random commands before they are addressed to a house: numbers are taken modulo what there is,
//! and one more.

use proptest::prelude::*;

/// How many orders are open at a time at most.
pub const SLOTS: u8 = 6;

/// What happens next.
#[derive(Debug, Clone)]
pub enum Act {
    Open(u8),
    Extend(u8, By),
    Cancel(u8, By),
    Claim(u8, By, u8, WishSketch),
    RepeatClaim(u16),
    Drop(u8, By, PlacesSketch),
    Pin(u8),
    Unpin(u8),
    Reclaim(u8, PlacesSketch),
    ReclaimFormer(u8),
    Sell(u8),
    /// Of the slot's order, how many of its standing places it keeps, and whether they are withheld.
    Return(u8, u32, bool),
    Expire,
    Allocate(PlacesSketch),
    Deallocate(PlacesSketch),
    Disable(Vec<u16>),
    Wait(u32),
    /// Until the very instant of the next deadline.
    WaitForDeadline,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum By {
    Secret,
    Account,
    Stranger,
}

#[derive(Debug, Clone)]
pub enum WishSketch {
    Seats(Vec<u16>),
    Row(u16, u8),
    Standing(u16, u32),
    /// How many, in which sections (in none named: anywhere), and whether one has to be accessible.
    Best(u32, Vec<u16>, bool),
}

pub type PlacesSketch = (Vec<u16>, Vec<(u16, u32)>);

pub fn any_act() -> impl Strategy<Value = Act> {
    let slot = || 0..=SLOTS;
    let by = || {
        prop_oneof![
            12 => Just(By::Secret),
            2 => Just(By::Account),
            1 => Just(By::Stranger),
        ]
    };
    let places = || {
        let seats = prop::collection::vec(any::<u16>(), 0..4);
        let standing = prop::collection::vec((any::<u16>(), 0..3_u32), 0..3);
        (seats, standing)
    };
    prop_oneof![
        6 => slot().prop_map(Act::Open),
        2 => (slot(), by()).prop_map(|(slot, by)| Act::Extend(slot, by)),
        2 => (slot(), by()).prop_map(|(slot, by)| Act::Cancel(slot, by)),
        16 => (slot(), by(), any::<u8>(), any_wish())
            .prop_map(|(slot, by, key, wish)| Act::Claim(slot, by, key, wish)),
        2 => any::<u16>().prop_map(Act::RepeatClaim),
        4 => (slot(), by(), places()).prop_map(|(slot, by, places)| Act::Drop(slot, by, places)),
        4 => slot().prop_map(Act::Pin),
        2 => slot().prop_map(Act::Unpin),
        1 => (slot(), places()).prop_map(|(slot, places)| Act::Reclaim(slot, places)),
        2 => slot().prop_map(Act::ReclaimFormer),
        3 => slot().prop_map(Act::Sell),
        2 => (slot(), 0..3_u32, any::<bool>())
            .prop_map(|(slot, kept, withhold)| Act::Return(slot, kept, withhold)),
        3 => Just(Act::Expire),
        1 => places().prop_map(Act::Allocate),
        1 => places().prop_map(Act::Deallocate),
        1 => prop::collection::vec(any::<u16>(), 0..2).prop_map(Act::Disable),
        8 => prop_oneof![0..5_000_u32, 0..60_000_u32].prop_map(Act::Wait),
        3 => Just(Act::WaitForDeadline),
    ]
}

fn any_wish() -> impl Strategy<Value = WishSketch> {
    prop_oneof![
        2 => prop::collection::vec(any::<u16>(), 0..4).prop_map(WishSketch::Seats),
        4 => (any::<u16>(), 1..5_u8).prop_map(|(first, count)| WishSketch::Row(first, count)),
        3 => (any::<u16>(), 0..4_u32).prop_map(|(section, count)| WishSketch::Standing(section, count)),
        4 => (0..6_u32, any_sections(), prop::bool::weighted(0.3))
            .prop_map(|(count, sections, accessible)| WishSketch::Best(count, sections, accessible)),
    ]
}

fn any_sections() -> impl Strategy<Value = Vec<u16>> {
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(any::<u16>(), 1..3)]
}
