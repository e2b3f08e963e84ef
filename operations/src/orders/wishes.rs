//! What buyers ask for, read against the plan.

use actors::SessionInfo;
use domain::seat_map::{Places, Refusal, Wish};
use domain::{SectionId, SectionIndex};

use super::{ClaimRequest, DropRequest};

pub(super) fn wish(info: &SessionInfo, request: &ClaimRequest) -> Result<Wish, Refusal> {
    match *request {
        ClaimRequest::Seats(ref seats) => Ok(Wish::Seats(seats.clone())),
        ClaimRequest::Standing { section, quantity } => Ok(Wish::Standing {
            section: standing_section(info, section)?,
            quantity,
        }),
        ClaimRequest::Best {
            quantity,
            section: None,
        } => Ok(Wish::Best {
            quantity,
            section: None,
        }),
        ClaimRequest::Best {
            quantity,
            section: Some(section_id),
        } => {
            let section = section_index(info, section_id)?;
            if is_seated(info, section) {
                Ok(Wish::Best {
                    quantity,
                    section: Some(section),
                })
            } else {
                // Any place of a standing section is as good as the best.
                Ok(Wish::Standing { section, quantity })
            }
        }
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
