//! No two orders certainly had one seat at one time.

use std::collections::BTreeMap;

use crate::checker::Violation;
use crate::checker::tenure::Tenure;

/// Every seat that had two owners at once.
pub fn check(tenures: &[Tenure]) -> Vec<Violation> {
    let mut seats: BTreeMap<u32, Vec<&Tenure>> = BTreeMap::new();
    for tenure in tenures
        .iter()
        .filter(|tenure| tenure.certain_from < tenure.certain_until)
    {
        seats.entry(tenure.seat).or_default().push(tenure);
    }
    seats.into_values().flat_map(overlaps).collect()
}

fn overlaps(mut tenures: Vec<&Tenure>) -> Vec<Violation> {
    tenures.sort_by_key(|tenure| tenure.certain_from);
    let mut violations = Vec::new();
    let mut longest: Option<&Tenure> = None;
    for tenure in tenures {
        if let Some(before) = longest
            && before.order != tenure.order
            && tenure.certain_from < before.certain_until
        {
            violations.push(Violation::TwoOwners {
                seat: tenure.seat,
                orders: [before.order, tenure.order],
                from: tenure.certain_from,
                until: before.certain_until.min(tenure.certain_until),
            });
        }
        if longest.is_none_or(|before| before.certain_until < tenure.certain_until) {
            longest = Some(tenure);
        }
    }
    violations
}
