//! Whether an answer was true: a promise had to be durable when it was given, and a refusal had
//! to rest on what was durable at some moment between the question and the answer.

use domain::seat_map::{Claim, Command, Places, Refusal, SeatState, Wish};
use domain::{OrderId, SeatIndex, SectionIndex, Timestamp};

use super::history::{History, OrderView};
use super::rows::Status;
use crate::session::CommandError;

/// A command and when it was sent, as a position of the log.
pub struct Question<'a> {
    pub command: &'a Command,
    pub sent: usize,
}

/// Notes a fault if the answer was not true.
pub fn check(
    history: &mut History,
    question: &Question<'_>,
    answer: &Result<(), CommandError>,
    now: Timestamp,
) {
    let is_true = match answer {
        Ok(()) => question.is_done(history),
        Err(CommandError::Refused(refusal)) => question.is_justified(history, refusal, now),
        Err(CommandError::Busy { .. } | CommandError::Unavailable { .. }) => true,
    };
    if !is_true {
        let command = question.command;
        history.fault(format!(
            "{command:?} was answered {answer:?}, which was not so"
        ));
    }
}

impl Question<'_> {
    fn is_done(&self, history: &History) -> bool {
        match self.command {
            Command::Open(opening) => self.ever(history, opening.order, |_| true),
            Command::Claim(claim) => self.is_granted(history, claim),
            Command::Drop { order, places, .. } => self.ever(history, *order, |view| {
                !places
                    .seats
                    .iter()
                    .any(|seat| view.seats.contains_key(seat))
            }),
            Command::Cancel { order, .. } => {
                self.ever(history, *order, |view| view.status == Status::Cancelled)
            }
            Command::Extend { order, .. } => self.ever(history, *order, |view| view.is_extended),
            Command::Pin { order } => self.ever(history, *order, is_pinned_or_sold),
            Command::Unpin { order } => self.ever(history, *order, |view| !view.is_pinned()),
            Command::Reclaim { opening, places } => self.ever(history, opening.order, |view| {
                view.is_pinned() && view.has(places)
            }),
            Command::Sell { order } => {
                self.ever(history, *order, |view| view.status == Status::Paid)
            }
            other => unreachable!("the simulation never sends {other:?}"),
        }
    }

    /// A claim is granted when its key is durable for this body, with what was wished for, and its
    /// places stood.
    fn is_granted(&self, history: &History, claim: &Claim) -> bool {
        let granted = history.claims.get(&(claim.order, claim.key.clone()));
        granted.is_some_and(|(request_hash, places)| {
            *request_hash == claim.request_hash
                && fits(&claim.wish, places)
                && self.ever(history, claim.order, |view| view.has(places))
        })
    }

    fn is_justified(&self, history: &History, refusal: &Refusal, now: Timestamp) -> bool {
        let order = order_of(self.command);
        let ever = |is_so: &dyn Fn(&OrderView) -> bool| self.ever(history, order, is_so);
        match refusal {
            Refusal::UnknownOrder => {
                !history.orders.contains_key(&order) || ever(&|view| view.status != Status::Pending)
            }
            Refusal::Forbidden => true,
            Refusal::OrderExpired => ever(&|view| view.expires_at <= now),
            Refusal::PaymentUnderWay => ever(&is_pinned_or_sold),
            Refusal::AlreadyExtended => ever(&|view| view.is_extended),
            Refusal::NothingHeld => ever(&|view| view.quantity() == 0),
            Refusal::AlreadyOpen => ever(&|view| view.status == Status::Pending),
            Refusal::InvalidPlaces { seats } => {
                seats.iter().all(|seat| !history.seats.contains_key(seat))
            }
            Refusal::SeatTaken { taken, .. } => {
                !taken.is_empty()
                    && taken
                        .iter()
                        .all(|seat| self.is_taken(history, *seat, order))
            }
            Refusal::SoldOut { free } => self.had_free(history, *free),
            Refusal::LimitReached { limit } => {
                let more = asked(self.command);
                ever(&|view| view.quantity() + more > *limit)
            }
            Refusal::KeyReused => {
                self.granted(history, |claim, hash, _| hash != claim.request_hash)
            }
            Refusal::ClaimLapsed => self.granted(history, |claim, hash, places| {
                hash == claim.request_hash && ever(&|view| !view.has(places))
            }),
            Refusal::TooManyClaims | Refusal::NotOnSale { .. } => false,
        }
    }

    fn granted(
        &self,
        history: &History,
        is_so: impl Fn(&Claim, domain::seat_map::RequestHash, &Places) -> bool,
    ) -> bool {
        let Command::Claim(claim) = self.command else {
            return false;
        };
        let granted = history.claims.get(&(claim.order, claim.key.clone()));
        granted.is_some_and(|(hash, places)| is_so(claim, *hash, places))
    }

    fn is_taken(&self, history: &History, seat: SeatIndex, order: OrderId) -> bool {
        history.seats[&seat].ever(self.sent, |state| match state {
            SeatState::Free => false,
            SeatState::Held(owner) | SeatState::Pinned(owner) | SeatState::Sold(owner) => {
                *owner != order
            }
            SeatState::Allocated | SeatState::Disabled => true,
        })
    }

    /// Whether exactly so many places were free at some moment, where the command looked.
    fn had_free(&self, history: &History, free: u32) -> bool {
        let sections: Vec<SectionIndex> = match self.command {
            Command::Claim(Claim { wish, .. }) => match wish {
                Wish::Standing { section, .. } => vec![*section],
                Wish::Best { sections, .. } => {
                    let mut seated = history.seated_sections();
                    seated.retain(|section| sections.hold(*section));
                    seated
                }
                Wish::Seats(_) => return false,
            },
            Command::Reclaim { places, .. } => {
                let sections = places.standing.iter().map(|(section, _)| *section);
                return sections
                    .into_iter()
                    .any(|section| self.ever_free(history, &[section], free));
            }
            _ => return false,
        };
        self.ever_free(history, &sections, free)
    }

    fn ever_free(&self, history: &History, sections: &[SectionIndex], free: u32) -> bool {
        history.free.ever(self.sent, |counts| {
            let counts = sections.iter().map(|section| counts[section.position()]);
            counts.sum::<u32>() == free
        })
    }

    fn ever(&self, history: &History, order: OrderId, is_so: impl Fn(&OrderView) -> bool) -> bool {
        let timeline = history.orders.get(&order);
        timeline.is_some_and(|timeline| timeline.ever(self.sent, is_so))
    }
}

/// Of a sale the actor may hear late: until then the order is pinned to it.
fn is_pinned_or_sold(view: &OrderView) -> bool {
    view.is_pinned() || view.status == Status::Paid
}

fn fits(wish: &Wish, places: &Places) -> bool {
    match wish {
        Wish::Seats(seats) => {
            let mut seats = seats.clone();
            seats.sort_unstable();
            places.seats == seats && places.standing.is_empty()
        }
        Wish::Standing { section, quantity } => {
            places.seats.is_empty() && places.standing == [(*section, *quantity)]
        }
        Wish::Best { quantity, .. } => {
            u32::try_from(places.seats.len()) == Ok(*quantity) && places.standing.is_empty()
        }
    }
}

fn asked(command: &Command) -> u32 {
    match command {
        Command::Claim(claim) => match &claim.wish {
            Wish::Seats(seats) => u32::try_from(seats.len()).unwrap(),
            Wish::Standing { quantity, .. } | Wish::Best { quantity, .. } => *quantity,
        },
        _ => 0,
    }
}

/// Which order a command is about.
pub fn order_of(command: &Command) -> OrderId {
    match command {
        Command::Open(opening) | Command::Reclaim { opening, .. } => opening.order,
        Command::Claim(claim) => claim.order,
        Command::Extend { order, .. }
        | Command::Cancel { order, .. }
        | Command::Drop { order, .. }
        | Command::Pin { order }
        | Command::Unpin { order }
        | Command::Sell { order } => *order,
        other => unreachable!("the simulation never sends {other:?}"),
    }
}
