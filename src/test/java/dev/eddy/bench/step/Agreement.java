package dev.eddy.bench.step;

import java.util.Arrays;

/** All contenders compute the same, or there is nothing to compare. */
final class Agreement {
    private static final int STEPS = 100;
    private static final float TOLERANCE = Contender.EDDY.tolerance();

    private final StepModel model;
    private final float[][][] expected; // (steps, keys, outputs)

    /** Takes what Eddy gives, key by key, for the truth. */
    Agreement(StepModel model) {
        this.model = model;
        this.expected = new float[STEPS][Contender.KEYS][];
        for (int j = 0; j < Contender.KEYS; j++) {
            Stepper eddy = new EddyStepper(model, j);
            for (float[][] step : expected) {
                step[j] = eddy.step()[0].clone();
            }
        }
    }

    /** Runs a contender for some steps. */
    void require(Contender contender) {
        Stepper stepper = contender.open(model);
        for (int t = 0; t < STEPS; t++) {
            require(contender.title(), t, stepper.step(), contender.tolerance());
        }
    }

    /** Compares what another program gave. */
    void require(String title, float[][][] values) {
        for (int t = 0; t < values.length; t++) {
            require(title, t, values[t], TOLERANCE);
        }
    }

    private void require(String title, int t, float[][] values, float tolerance) {
        for (int j = 0; j < values.length; j++) {
            for (int i = 0; i < StepSize.OUTPUTS; i++) {
                // Negated so that NaN fails.
                if (!(Math.abs(values[j][i] - expected[t][j][i]) <= tolerance)) {
                    throw new IllegalStateException(title + " gives " + Arrays.toString(values[j]) + " at step " + t
                            + " of key " + j + " of " + values.length + ", size " + model.size() + "; Eddy gives "
                            + Arrays.toString(expected[t][j]));
                }
            }
        }
    }
}
