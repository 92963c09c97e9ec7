package io.tidegate.e2e.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** One figure, as each round found it. */
final class Sample {

  private final List<Double> values = new ArrayList<>();

  static Sample of(double... values) {
    Sample sample = new Sample();
    Arrays.stream(values).forEach(sample::add);
    return sample;
  }

  void add(double value) {
    values.add(value);
  }

  /** Round by round. */
  private Sample with(Sample other, DoubleBinaryOperator operator) {
    Sample sample = new Sample();
    for (int i = 0; i < values.size(); i++) {
      sample.add(operator.applyAsDouble(values.get(i), other.values.get(i)));
    }
    return sample;
  }

  Sample dividedBy(Sample other) {
    return with(other, (mine, theirs) -> mine / theirs);
  }

  Sample minus(Sample other) {
    return with(other, (mine, theirs) -> mine - theirs);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
