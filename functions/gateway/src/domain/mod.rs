//! Values that can't be built invalid. Nothing here knows AWS.

pub mod checked_service;
pub mod recent;
