//! Functions without a route: consumers, publishers, schedules, internal calls and operator's functions. A file for
//! each, named after its binary.

pub mod authorize;
pub mod count_users;
pub mod erase_user;
pub mod grant_role;
pub mod publish_users;
pub mod send_mail;
