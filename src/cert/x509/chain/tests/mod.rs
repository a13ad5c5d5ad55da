mod lists;
mod make;
mod ocsp;
mod pkits;
mod rules;
