#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| taco_gen_fuzz::targets::read_spec(text));
