mod lists;
pub mod make;
mod ocsp;
mod pkits;
mod rules;
