//! How well events fit: what Postgres' `ts_rank` says, counted here. It is in single precision, so that what ties there ties here.

use super::super::documents::{Place, Weight};
use super::Entry;

/// The sum of all 1/n², to which no number of places comes.
const ALL_PLACES: f64 = 1.644_934_066_85;
/// Words that are further from each other have nothing to do with each other.
const DISTANCE_MAX: u16 = 100;

/// Of each event, how well it fits the beginnings of words that are looked for, each given by the words that begin
/// so: by how often and where they stand, and if all of them shall be found `together`, by how near to each other.
pub(super) fn ranks(terms: &[&[Entry]], together: bool, events: usize) -> Vec<f32> {
    if together && terms.len() > 1 {
        by_nearness(terms, events)
    } else {
        by_weight(terms, events)
    }
}

fn by_weight(terms: &[&[Entry]], events: usize) -> Vec<f32> {
    let mut ranks = vec![0_f32; events];
    for hit in terms
        .iter()
        .copied()
        .flatten()
        .flat_map(|entry| &entry.hits)
    {
        let rank = &mut ranks[hit.event];
        *rank = single(f64::from(*rank) + f64::from(weight_of_all(&hit.places)) / ALL_PLACES);
    }
    let count = f32::from(u16::try_from(terms.len()).expect("words are few"));
    for rank in &mut ranks {
        *rank /= count;
    }
    ranks
}

/// The heaviest place, and the others by how early they come.
fn weight_of_all(places: &[Place]) -> f32 {
    let (mut all, mut heaviest, mut its_share) = (0_f32, -1_f32, 0_f32);
    for (number, place) in (1_u16..).zip(places) {
        let weight = weight(place.weight);
        let share = weight / f32::from(number).powi(2);
        all += share;
        if weight > heaviest {
            (heaviest, its_share) = (weight, share);
        }
    }
    heaviest + all - its_share
}

fn by_nearness(terms: &[&[Entry]], events: usize) -> Vec<f32> {
    let mut ranks = vec![0_f32; events];
    // Where the terms before this one stand. Where several words begin so, the last of them.
    let mut before: Vec<Vec<&[Place]>> = Vec::with_capacity(terms.len());
    for term in terms {
        let mut here: Vec<&[Place]> = vec![&[]; events];
        for hit in term.iter().flat_map(|entry| &entry.hits) {
            let rank = &mut ranks[hit.event];
            for others in before.iter().map(|places| places[hit.event]) {
                *rank = nearer(*rank, &hit.places, others);
            }
            here[hit.event] = &hit.places;
        }
        before.push(here);
    }
    ranks
}

/// A rank to which the nearness of two words' places is added.
fn nearer(mut rank: f32, places: &[Place], others: &[Place]) -> f32 {
    for place in places {
        for other in others {
            let distance = place.at.abs_diff(other.at);
            if distance == 0 {
                continue;
            }
            let near = (weight(place.weight) * weight(other.weight) * nearness(distance)).sqrt();
            rank = single(1.0 - (1.0 - f64::from(rank)) * (1.0 - f64::from(near)));
        }
    }
    rank
}

fn nearness(distance: u16) -> f32 {
    if distance > DISTANCE_MAX {
        return 1e-30;
    }
    single(1.0 / (1.005 + 0.05 * (f64::from(distance) / 1.5 - 2.0).exp()))
}

fn weight(of: Weight) -> f32 {
    match of {
        Weight::A => 1.0,
        Weight::B => 0.4,
        Weight::C => 0.2,
        Weight::D => 0.1,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the nearest of single precision is meant"
)]
fn single(number: f64) -> f32 {
    number as f32
}
