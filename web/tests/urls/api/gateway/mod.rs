mod get_seat;
mod orders;
mod payments;
mod tickets;
