package dev.eddy.network;

import dev.eddy.kernel.Kernel;

/**
 * Layer normalisation (Ba et al. 2016), as PyTorch's {@code LayerNorm} over the features of one event:
 *
 * <pre>
 *   y = (x - mean x) / sqrt(var x + epsilon) * w + b
 * </pre>
 *
 * Mean and variance (of all elements, not a sample) are summed in float64 in ascending order; division and square root are
 * exactly rounded, so every machine gives the same bits. State: none.
 */
final class LayerNormCell implements Cell {
    private final float[] weight; // (width)
    private final float[] bias; // (width)
    private final float epsilon;

    LayerNormCell(float[] weight, float[] bias, float epsilon) {
        this.weight = weight;
        this.bias = bias;
        this.epsilon = epsilon;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(weight.length, weight.length, 0, 0);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] scratch) {
        double mean = mean(x);
        double deviation = Math.sqrt(variance(x, mean) + epsilon);
        for (int i = 0; i < weight.length; i++) {
            output[i] = Math.fma((float) ((x[i] - mean) / deviation), weight[i], bias[i]);
        }
    }

    private double mean(float[] x) {
        double sum = 0;
        for (int i = 0; i < weight.length; i++) {
            sum += x[i];
        }
        return sum / weight.length;
    }

    private double variance(float[] x, double mean) {
        double sum = 0;
        for (int i = 0; i < weight.length; i++) {
            sum += (x[i] - mean) * (x[i] - mean);
        }
        return sum / weight.length;
    }
}
