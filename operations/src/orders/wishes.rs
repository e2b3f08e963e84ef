//! What buyers ask for, read against the plan.

use actors::SessionInfo;
use domain::seat_map::{Places, Refusal, Sections, Wish};
use domain::{Money, SectionId, SectionIndex};

use super::{ClaimRequest, DropRequest, PriceRange};

pub(super) fn wish(info: &SessionInfo, request: &ClaimRequest) -> Result<Wish, Refusal> {
    match *request {
        ClaimRequest::Seats(ref seats) => Ok(Wish::Seats(seats.clone())),
        ClaimRequest::Standing { section, quantity } => Ok(Wish::Standing {
            section: standing_section(info, section)?,
            quantity,
        }),
        ClaimRequest::Best {
            quantity,
            section,
            price,
            accessible,
        } => best(info, quantity, section, price, accessible),
    }
}

fn best(
    info: &SessionInfo,
    quantity: u32,
    section: Option<SectionId>,
    price: PriceRange,
    accessible: bool,
) -> Result<Wish, Refusal> {
    let section = section.map(|id| section_index(info, id)).transpose()?;
    match section {
        Some(section) if !is_seated(info, section) && price.holds(info.price(section)) => {
            // Any place of a standing section is as good as the best.
            Ok(Wish::Standing { section, quantity })
        }
        Some(_) | None => Ok(Wish::Best {
            quantity,
            sections: sections_for(info, section, price),
            accessible,
        }),
    }
}

/// The seated sections at such a price, of all or of one.
fn sections_for(info: &SessionInfo, section: Option<SectionIndex>, price: PriceRange) -> Sections {
    if section.is_none() && price == PriceRange::default() {
        return Sections::All;
    }
    let indexes = info.manifest.section_indexes();
    let fitting = indexes.filter(|index| {
        section.is_none_or(|wanted| wanted == *index)
            && is_seated(info, *index)
            && price.holds(info.price(*index))
    });
    Sections::Only(fitting.collect())
}

impl PriceRange {
    fn holds(self, price: Money) -> bool {
        self.least.is_none_or(|least| least <= price.minor)
            && self.most.is_none_or(|most| price.minor <= most)
    }
}

pub(super) fn dropped(info: &SessionInfo, request: &DropRequest) -> Result<Places, Refusal> {
    match *request {
        DropRequest::Seats(ref seats) => Ok(Places {
            seats: seats.clone(),
            standing: Vec::new(),
        }),
        DropRequest::Standing { section, quantity } => {
            let section = standing_section(info, section)?;
            Ok(Places {
                seats: Vec::new(),
                standing: vec![(section, quantity)],
            })
        }
    }
}

fn standing_section(info: &SessionInfo, section: SectionId) -> Result<SectionIndex, Refusal> {
    let index = section_index(info, section)?;
    if is_seated(info, index) {
        return Err(Refusal::InvalidPlaces { seats: Vec::new() });
    }
    Ok(index)
}

fn section_index(info: &SessionInfo, section: SectionId) -> Result<SectionIndex, Refusal> {
    let index = info.manifest.section_index(section);
    index.ok_or(Refusal::InvalidPlaces { seats: Vec::new() })
}

fn is_seated(info: &SessionInfo, section: SectionIndex) -> bool {
    info.manifest
        .section(section)
        .is_some_and(domain::manifest::Section::is_seated)
}
