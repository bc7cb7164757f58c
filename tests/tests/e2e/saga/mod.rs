//! An order across the services: what is lost, late, doubled, killed or out of order on the way changes nothing of
//! where it ends. For each product, stock + held + sold is constant, and no order stays pending.

mod dead_letter;
mod duplicates;
mod expiry;
mod faults;
mod generations;
mod killed;
mod publisher;
mod restart;
mod traffic;
