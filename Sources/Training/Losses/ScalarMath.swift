import Foundation

/// The logistic function.
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// log(1 + e^x), computed without overflow.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// `base` to the power of `exponent`, with shortcuts for the exponents of the assigner.
func power(_ base: Double, _ exponent: Double) -> Double {
  if exponent == 0.5 { return base.squareRoot() }
  if exponent == 6 {
    let cube = base * base * base
    return cube * cube
  }
  return pow(base, exponent)
}
