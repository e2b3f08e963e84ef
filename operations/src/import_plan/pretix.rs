//! The seating-plan JSON of pretix, read and checked.
