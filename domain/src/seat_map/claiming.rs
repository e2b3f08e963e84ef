//! Granting places: the guard against giving anything to two.

use std::sync::Arc;

use crate::manifest::{SeatIndex, Section, SectionIndex};
use crate::seat_map::change::{Change, DeadlineCause, GrantedClaim, Lot, SeatState};
use crate::seat_map::choosing::{Access, Range};
use crate::seat_map::command::{Claim, Places, Sections, Wish};
use crate::seat_map::lifetime::check_cart_is_open;
use crate::seat_map::{Order, Refusal, SeatMap};
use crate::time::Timestamp;

/// How many claims one order may be granted in its life, which bounds what is remembered of it.
const CLAIMS_PER_ORDER_MAX: usize = 256;

impl SeatMap {
    pub(super) fn decide_claim(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        let order = self.order_of_bearer(claim.order, &claim.credential)?;
        if let Some(answer) = self.answer_to_repetition(order, claim) {
            return answer.map(|()| Vec::new());
        }
        check_cart_is_open(order, now)?;
        self.check_on_sale(now)?;
        if order.claims.len() >= CLAIMS_PER_ORDER_MAX {
            return Err(Refusal::TooManyClaims);
        }
        let places = self.choose(order, &claim.wish)?;
        Ok(self.grant(order, claim, places, now))
    }

    /// What a claim with a known key is answered: as the first time, while its places stand.
    fn answer_to_repetition(&self, order: &Order, claim: &Claim) -> Option<Result<(), Refusal>> {
        let granted = &order.claim(&claim.key)?.claim;
        if granted.request_hash != claim.request_hash {
            return Some(Err(Refusal::KeyReused));
        }
        let seats_stand = granted
            .places
            .seats
            .iter()
            .all(|seat| order.seats.binary_search(seat).is_ok());
        let mut standing = granted.places.standing.iter();
        let standing_stands =
            standing.all(|(section, quantity)| order.lot(*section).quantity >= *quantity);
        Some(if seats_stand && standing_stands {
            Ok(())
        } else {
            Err(Refusal::ClaimLapsed)
        })
    }

    /// Finds places that may be granted, all of them or none.
    fn choose(&self, order: &Order, wish: &Wish) -> Result<Places, Refusal> {
        match wish {
            Wish::Seats(seats) => {
                let seats = self.choose_named(order, seats)?;
                Ok(Places {
                    seats,
                    standing: Vec::new(),
                })
            }
            Wish::Standing { section, quantity } => {
                self.check_standing(order, *section, *quantity)?;
                Ok(Places {
                    seats: Vec::new(),
                    standing: vec![(*section, *quantity)],
                })
            }
            Wish::Best {
                quantity,
                sections,
                accessible,
            } => {
                let seats = self.choose_best(order, *quantity, sections, *accessible)?;
                Ok(Places {
                    seats,
                    standing: Vec::new(),
                })
            }
        }
    }

    /// The named seats; those that are the order's own already are granted again.
    fn choose_named(&self, order: &Order, seats: &[SeatIndex]) -> Result<Vec<SeatIndex>, Refusal> {
        let limit = usize::try_from(self.rules.max_per_order).unwrap_or(usize::MAX);
        let is_unknown = |seat: &&SeatIndex| self.manifest.seat(**seat).is_none();
        let unknown: Vec<SeatIndex> = seats
            .iter()
            .filter(is_unknown)
            .take(limit)
            .copied()
            .collect();
        if seats.is_empty() || !unknown.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: unknown });
        }
        let mut chosen = seats.to_vec();
        chosen.sort_unstable();
        let mut twice: Vec<SeatIndex> = chosen
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        twice.dedup();
        if !twice.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: twice });
        }
        let is_new = |seat: &&SeatIndex| order.seats.binary_search(seat).is_err();
        let fresh: Vec<SeatIndex> = chosen.iter().filter(is_new).copied().collect();
        self.check_limits(order, u32::try_from(fresh.len()).unwrap_or(u32::MAX))?;
        let is_taken = |seat: &&SeatIndex| !self.is_free(**seat);
        let taken: Vec<SeatIndex> = fresh.iter().filter(is_taken).copied().collect();
        if taken.is_empty() {
            return Ok(chosen);
        }
        let alternative = self.nearest_alternative(&fresh);
        Err(Refusal::SeatTaken { taken, alternative })
    }

    fn check_standing(
        &self,
        order: &Order,
        section: SectionIndex,
        quantity: u32,
    ) -> Result<(), Refusal> {
        let is_standing = self
            .manifest
            .section(section)
            .is_some_and(|section| !section.is_seated());
        if !is_standing || quantity == 0 {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        self.check_limits(order, quantity)?;
        let free = self.sections[section.position()].free;
        if quantity > free && self.guard_is_on() {
            return Err(Refusal::SoldOut { free });
        }
        Ok(())
    }

    fn choose_best(
        &self,
        order: &Order,
        quantity: u32,
        sections: &Sections,
        is_accessible: bool,
    ) -> Result<Vec<SeatIndex>, Refusal> {
        if quantity == 0 || !sections.named().all(|section| self.is_seated(section)) {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        self.check_limits(order, quantity)?;
        let access = self.access(quantity, sections, is_accessible);
        let free = match access {
            Access::Wanted if self.free_accessible(sections) == 0 => 0,
            Access::Wanted | Access::Spared | Access::Any => self.free_seats(sections),
        };
        if quantity > free {
            return Err(Refusal::SoldOut { free });
        }
        let mut chosen = self.best_together(quantity, Range { sections, access });
        chosen.sort_unstable();
        Ok(chosen)
    }

    fn is_seated(&self, section: SectionIndex) -> bool {
        let section = self.manifest.section(section);
        section.is_some_and(Section::is_seated)
    }

    /// Whether the order, and its buyer in all their orders, may have so many places more.
    fn check_limits(&self, order: &Order, more: u32) -> Result<(), Refusal> {
        let check = |has: u32, limit: u32| {
            let allowed = more == 0 || has.saturating_add(more) <= limit;
            if allowed {
                Ok(())
            } else {
                Err(Refusal::LimitReached { limit })
            }
        };
        check(order.quantity(), self.rules.max_per_order)?;
        match (self.rules.max_per_buyer, order.opening.buyer) {
            (Some(limit), Some(buyer)) => check(self.orders.places_of_buyer(buyer), limit),
            (None, _) | (_, None) => Ok(()),
        }
    }

    /// How many seats anybody may claim there.
    pub(super) fn free_seats(&self, sections: &Sections) -> u32 {
        let indexed = self
            .manifest
            .section_indexes()
            .zip(self.manifest.sections());
        indexed
            .filter(|(index, it)| it.is_seated() && sections.hold(*index))
            .fold(0, |sum, (index, _)| {
                sum.saturating_add(self.sections[index.position()].free)
            })
    }

    /// How many of them are accessible.
    pub(super) fn free_accessible(&self, sections: &Sections) -> u32 {
        self.manifest
            .section_indexes()
            .filter(|index| sections.hold(*index))
            .fold(0, |sum, index| {
                sum.saturating_add(self.free_accessible_of_section[index.position()])
            })
    }

    /// The guard: a seat is granted only if nobody has it.
    pub(super) fn is_free(&self, seat: SeatIndex) -> bool {
        self.seats[seat.position()] == SeatState::Free || !self.guard_is_on()
    }

    #[cfg(not(test))]
    fn guard_is_on(&self) -> bool {
        true
    }

    /// The guard can be taken out in tests, to show what it prevents.
    #[cfg(test)]
    fn guard_is_on(&self) -> bool {
        !self.guard_is_off
    }

    fn grant(&self, order: &Order, claim: &Claim, places: Places, now: Timestamp) -> Vec<Change> {
        let id = claim.order;
        let mut changes = Vec::with_capacity(places.seats.len().saturating_add(3));
        if !order.has_claimed {
            let expires_at = self.deadline_no_earlier(order, now.plus(self.rules.hold));
            changes.push(Change::Deadline {
                order: id,
                expires_at,
                cause: DeadlineCause::FirstClaim,
            });
        }
        let is_new = |seat: &&SeatIndex| order.seats.binary_search(seat).is_err();
        changes.extend(places.seats.iter().filter(is_new).map(|seat| Change::Seat {
            seat: *seat,
            from: SeatState::Free,
            to: SeatState::Held(id),
        }));
        changes.extend(places.standing.iter().map(|(section, quantity)| {
            let from = order.lot(*section);
            let to = Lot {
                quantity: from.quantity.saturating_add(*quantity),
                ..from
            };
            Change::Standing {
                section: *section,
                order: id,
                from,
                to,
            }
        }));
        let claim = Arc::new(GrantedClaim {
            key: claim.key.clone(),
            request_hash: claim.request_hash,
            places,
        });
        changes.push(Change::Claimed { order: id, claim });
        changes
    }
}
