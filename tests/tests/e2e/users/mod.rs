//! The user service's rows of the table of routes, and what the design says about each.

mod change_password;
mod erase;
mod export;
mod given_back;
mod grant_role;
mod limits;
mod list;
mod login;
mod mail;
mod me;
mod register;
mod round_trips;
mod sessions;
mod verify;
