//! The browser's types are made from these shapes. The files are committed, and this test keeps them
//! fresh: `UPDATE_WIRE=1 cargo test -p web browser_types` writes them anew.

use std::path::Path;

use ts_rs::{Config, TS};

use super::door::{DoorBoard, DoorFirstScan, DoorOrder, DoorTicket, Validated};
use super::live::{ClientMessage, Generation, MessageId, OwnOrder, ServerMessage, Standing};
use super::order::{Money, Order, Payment, StandingPlaces, Ticket};
use crate::live::left::{LeftAnswer, LeftQuestion, SessionLeft};

fn file<T: TS + 'static>(config: &Config) -> (String, String) {
    let text = T::export_to_string(config).unwrap();
    (format!("{}.ts", T::name(config)), text)
}

#[test]
fn the_browser_types_are_those_of_the_wire() {
    let config = Config::new()
        .with_large_int("number")
        .with_import_extension(Some("ts"));
    let files = [
        file::<ClientMessage>(&config),
        file::<Generation>(&config),
        file::<MessageId>(&config),
        file::<OwnOrder>(&config),
        file::<ServerMessage>(&config),
        file::<Standing>(&config),
        file::<Money>(&config),
        file::<Order>(&config),
        file::<Payment>(&config),
        file::<StandingPlaces>(&config),
        file::<Ticket>(&config),
        file::<DoorBoard>(&config),
        file::<DoorFirstScan>(&config),
        file::<DoorOrder>(&config),
        file::<DoorTicket>(&config),
        file::<Validated>(&config),
        file::<LeftQuestion>(&config),
        file::<LeftAnswer>(&config),
        file::<SessionLeft>(&config),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/wire");
    let update = std::env::var_os("UPDATE_WIRE").is_some();
    for (name, text) in files {
        let path = folder.join(&name);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, text, "{name} is stale: run with UPDATE_WIRE=1");
    }
}
