//! The definition of `fuzz_targets/pace.rs` goes before that of libFuzzer.

fn main() {
    println!("cargo::rustc-link-arg-bins=-Wl,-z,muldefs");
}
