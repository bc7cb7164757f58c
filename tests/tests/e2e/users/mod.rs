//! The user service's rows of the table of routes, and what the design says about each.

mod grant_role;
mod limits;
mod list;
mod login;
mod me;
mod register;
mod round_trips;
mod verify;
