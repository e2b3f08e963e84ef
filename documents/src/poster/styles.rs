//! The styles. Each fills the sheet from whatever side is shorter, so that it is whole in every format.

mod patterns;
mod people;
mod scenes;

use super::Sheet;

pub(super) type Style = (&'static str, fn(&mut Sheet));

pub(super) const ALL: [Style; 16] = [
    ("rings", patterns::rings),
    ("waves", patterns::waves),
    ("tiles", patterns::tiles),
    ("rays", patterns::rays),
    ("hills", scenes::hills),
    ("bars", patterns::bars),
    ("face", people::face),
    ("stars", scenes::stars),
    ("curtain", scenes::curtain),
    ("windows", scenes::windows),
    ("ribbons", patterns::ribbons),
    ("beam", scenes::beam),
    ("keys", scenes::keys),
    ("blobs", patterns::blobs),
    ("steps", scenes::steps),
    ("portrait", people::portrait),
];
