package dev.eddy.artifact.onnx;

import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Stacks the gates of a cell, in the order in which they are added, into the matrices of a model file. */
final class GateStack {
    private final long[] h;
    private final Map<Long, Integer> places = new HashMap<>(); // element of the old h -> its place
    private final List<Affine> gates = new ArrayList<>();
    private final List<double[]> behindReset = new ArrayList<>();

    /** @param h the old state that the gates read */
    GateStack(long[] h) {
        this.h = h;
        for (int k = 0; k < h.length; k++) {
            places.put(h[k], k);
        }
    }

    GateStack gate(Affine gate) {
        return gate(gate, null);
    }

    /** A gate with a second bias, which belongs to its recurrent product; {@code null} for none. */
    GateStack gate(Affine gate, double[] recurrentBias) {
        gates.add(gate);
        behindReset.add(recurrentBias);
        return this;
    }

    /** What the gates read besides the state, each element once and in the order of the graph. */
    long[] x() {
        TreeSet<Long> elements = new TreeSet<>();
        gates.forEach(gate -> elements.addAll(gate.reads()));
        elements.removeAll(places.keySet());
        return elements.stream().mapToLong(Long::longValue).toArray();
    }

    /** Role to tensor. */
    Map<String, float[]> weights(Budget budget) {
        long[] x = x();
        budget.take((long) gates.size() * width() * (x.length + h.length));
        Map<String, float[]> weights = new HashMap<>();
        weights.put(TensorRole.WEIGHT_IH, matrix(x));
        weights.put(TensorRole.WEIGHT_HH, matrix(h));
        weights.put(TensorRole.BIAS_IH, bias(gates.stream().map(Affine::bias).toList()));
        if (behindReset.stream().anyMatch(java.util.Objects::nonNull)) {
            weights.put(TensorRole.BIAS_HH, bias(behindReset));
        }
        return weights;
    }

    /** Numbers of a gate; where h is projected it is narrower. */
    private int width() {
        return gates.get(0).bias().length;
    }

    private float[] matrix(long[] elements) {
        int width = width();
        float[] matrix = new float[gates.size() * width * elements.length]; // (gates * hidden, elements)
        for (int gate = 0; gate < gates.size(); gate++) {
            for (int j = 0; j < elements.length; j++) {
                double[] column = gates.get(gate).column(elements[j]);
                for (int k = 0; column != null && k < width; k++) {
                    matrix[(gate * width + k) * elements.length + j] = (float) column[k];
                }
            }
        }
        return matrix;
    }

    private float[] bias(List<double[]> biases) {
        int width = width();
        float[] stacked = new float[biases.size() * width];
        for (int gate = 0; gate < biases.size(); gate++) {
            double[] bias = biases.get(gate) == null ? new double[width] : biases.get(gate);
            for (int k = 0; k < width; k++) {
                stacked[gate * width + k] = (float) bias[k];
            }
        }
        return stacked;
    }

    /** Whether any gate reads the state. */
    boolean recurrent() {
        return gates.stream()
                .anyMatch(gate -> Arrays.stream(h).anyMatch(ref -> gate.reads().contains(ref)));
    }
}
