//! A ticket's code: what the QR code says and a scanner can check without asking anybody.
//!
//! `FR1.<base64url of key id, ticket id, session id, PNR>.<base64url of Ed25519 over all before the last dot>`
//! where the key id is one byte, the ids are 16 bytes each and the PNR is its 8 ASCII characters.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use thiserror::Error;
use uuid::Uuid;

use crate::ids::{SessionId, TicketId};
use crate::pnr::Pnr;

const PREFIX: &str = "FR1.";
const PAYLOAD_LEN: usize = 1 + 16 + 16 + Pnr::LEN;

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketCode {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The session it admits to.
    pub session_id: SessionId,
    /// The order's reference.
    pub pnr: Pnr,
}

/// Why a code is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidCode {
    /// It does not have the form of a code.
    #[error("this is not a ticket code")]
    Malformed,
    /// It was signed with a key that is not configured.
    #[error("the code was signed with an unknown key")]
    UnknownKey,
    /// Its signature does not fit.
    #[error("the code's signature does not fit")]
    Forged,
}

/// The keys in use: the last one signs, all of them verify. A key's id is its place in the list.
pub struct TicketKeys {
    keys: Vec<SigningKey>,
}

impl TicketKeys {
    /// Takes the secret keys by their id, the newest last.
    ///
    /// # Panics
    /// Without a key, or with more than 256.
    #[must_use]
    pub fn new(secrets: &[[u8; 32]]) -> Self {
        assert!(
            (1..=256).contains(&secrets.len()),
            "one to 256 ticket keys are needed"
        );
        Self {
            keys: secrets.iter().map(SigningKey::from_bytes).collect(),
        }
    }

    /// Signs a ticket's code with the newest key.
    #[must_use]
    pub fn sign(&self, code: &TicketCode) -> String {
        let newest = self.keys.len().saturating_sub(1);
        let key_id = u8::try_from(newest).expect("there are at most 256 keys");
        let mut payload = Vec::with_capacity(PAYLOAD_LEN);
        payload.push(key_id);
        payload.extend_from_slice(code.ticket_id.0.as_bytes());
        payload.extend_from_slice(code.session_id.0.as_bytes());
        payload.extend_from_slice(code.pnr.as_str().as_bytes());
        let signed = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(payload));
        let signature = self.keys[newest].sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Reads a code and checks its signature.
    ///
    /// # Errors
    /// The code is malformed, of an unknown key, or forged.
    pub fn verify(&self, text: &str) -> Result<TicketCode, InvalidCode> {
        let (signed, signature) = text.trim().rsplit_once('.').ok_or(InvalidCode::Malformed)?;
        let payload = signed.strip_prefix(PREFIX).ok_or(InvalidCode::Malformed)?;
        let payload = URL_SAFE_NO_PAD
            .decode(payload)
            .map_err(|_| InvalidCode::Malformed)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| InvalidCode::Malformed)?;
        let signature = Signature::from_slice(&signature).map_err(|_| InvalidCode::Malformed)?;
        let (key_id, code) = read_payload(&payload).ok_or(InvalidCode::Malformed)?;
        let key = self
            .keys
            .get(usize::from(key_id))
            .ok_or(InvalidCode::UnknownKey)?;
        let key: VerifyingKey = key.verifying_key();
        key.verify_strict(signed.as_bytes(), &signature)
            .map_err(|_| InvalidCode::Forged)?;
        Ok(code)
    }
}

fn read_payload(payload: &[u8]) -> Option<(u8, TicketCode)> {
    if payload.len() != PAYLOAD_LEN {
        return None;
    }
    let (key_id, rest) = payload.split_first()?;
    let (ticket_id, rest) = rest.split_at(16);
    let (session_id, pnr) = rest.split_at(16);
    let code = TicketCode {
        ticket_id: TicketId(Uuid::from_slice(ticket_id).ok()?),
        session_id: SessionId(Uuid::from_slice(session_id).ok()?),
        pnr: std::str::from_utf8(pnr).ok()?.parse().ok()?,
    };
    Some((*key_id, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> TicketCode {
        TicketCode {
            ticket_id: TicketId(Uuid::from_u128(7)),
            session_id: SessionId(Uuid::from_u128(8)),
            pnr: Pnr::from_number(9),
        }
    }

    #[test]
    fn a_code_says_what_was_signed() {
        let keys = TicketKeys::new(&[[1; 32]]);
        assert_eq!(keys.verify(&keys.sign(&code())), Ok(code()));
    }

    #[test]
    fn a_code_of_an_older_key_stays_valid_after_rotation() {
        let text = TicketKeys::new(&[[1; 32]]).sign(&code());
        assert_eq!(
            TicketKeys::new(&[[1; 32], [2; 32]]).verify(&text),
            Ok(code())
        );
    }

    #[test]
    fn a_code_of_another_house_is_forged_and_of_a_later_key_unknown() {
        let house = TicketKeys::new(&[[1; 32]]);
        let stranger = TicketKeys::new(&[[3; 32]]).sign(&code());
        assert_eq!(house.verify(&stranger), Err(InvalidCode::Forged));
        let later = TicketKeys::new(&[[1; 32], [2; 32]]).sign(&code());
        assert_eq!(house.verify(&later), Err(InvalidCode::UnknownKey));
    }

    #[test]
    fn the_newest_key_signs_and_whitespace_around_a_code_is_no_matter() {
        let keys = TicketKeys::new(&[[1; 32], [2; 32]]);
        let text = keys.sign(&code());
        let older = TicketKeys::new(&[[1; 32]]);
        assert_eq!(older.verify(&text), Err(InvalidCode::UnknownKey));
        assert_eq!(keys.verify(&format!(" {text}\n")), Ok(code()));
    }

    #[test]
    fn a_code_put_together_from_two_is_forged() {
        let keys = TicketKeys::new(&[[1; 32]]);
        let other = TicketCode {
            ticket_id: TicketId(Uuid::from_u128(70)),
            ..code()
        };
        let (one, other) = (keys.sign(&code()), keys.sign(&other));
        let (payload, _) = one.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        let mixed = format!("{payload}.{signature}");
        assert_eq!(keys.verify(&mixed), Err(InvalidCode::Forged));
    }

    #[test]
    fn what_has_not_the_form_of_a_code_is_malformed() {
        let keys = TicketKeys::new(&[[1; 32]]);
        let text = keys.sign(&code());
        let (payload, signature) = text.rsplit_once('.').unwrap();
        for malformed in [
            "",
            ".",
            "FR1.",
            "FR1..",
            "https://example.org/?code=1",
            payload,
            &text.replace("FR1.", "FR2."),
            &format!("{payload}AAAA.{signature}"),
            &format!("{payload}.{}", &signature[4..]),
            &format!("{payload}.{signature}="),
            &format!("{payload}.{signature}.{signature}"),
            &"A".repeat(100_000),
        ] {
            let answer = keys.verify(malformed);
            assert_eq!(answer, Err(InvalidCode::Malformed), "{malformed}");
        }
    }

    #[test]
    #[should_panic(expected = "one to 256 ticket keys are needed")]
    fn a_house_without_a_ticket_key_does_not_start() {
        let _ = TicketKeys::new(&[]);
    }

    #[test]
    fn any_changed_character_spoils_a_code() {
        let keys = TicketKeys::new(&[[1; 32]]);
        let text = keys.sign(&code());
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(keys.verify(&changed).is_err(), "{changed}");
        }
    }
}
