package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.model.ModelSpec;
import java.nio.charset.StandardCharsets;

/**
 * A network of one number that reads both ways: {@code f_t = x_t + f_t-1 / 2}, {@code b_t = x_t + b_t+1 / 4}, values
 * {@code [f_t, b_t]}. A number below zero counts as a token that it does not know.
 */
public final class TwoWaySum implements Network {
    /** A model of this network. */
    public static LiveModel model(ModelSpec spec) {
        byte[] name = spec.toString().getBytes(StandardCharsets.UTF_8);
        return LiveModel.of(
                new ModelId(spec.name(), spec.version(), Fingerprint.of(name)), spec, new TwoWaySum(), null);
    }

    @Override
    public int inputSize() {
        return 1;
    }

    @Override
    public int stateSize() {
        return 1;
    }

    @Override
    public int outputSize() {
        return 2;
    }

    @Override
    public int labelCount() {
        return 2;
    }

    @Override
    public boolean isRecurrent() {
        return false;
    }

    @Override
    public boolean readsBackward() {
        return true;
    }

    @Override
    public Scratch newScratch() {
        return new Scratch() {};
    }

    @Override
    public void require(float[] raw) {
        if (raw[0] < 0) {
            throw new BadEventException(Reason.UNKNOWN_TOKEN, "a number below zero");
        }
    }

    @Override
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        pass(new float[][] {raw}, 1, 1, state, new float[][] {values}, scratch);
    }

    @Override
    public void answer(float[] state, float[] values, Scratch scratch) {
        throw new IllegalStateException("not of a state alone");
    }

    @Override
    public void pass(float[][] raws, int count, int answers, float[] state, float[][] values, Scratch scratch) {
        float backward = 0;
        for (int t = count - 1; t >= 0; t--) {
            require(raws[t]);
            backward = raws[t][0] + backward / 4;
            if (t < answers) {
                values[t][1] = backward;
            }
        }
        for (int t = 0; t < answers; t++) {
            state[0] = raws[t][0] + state[0] / 2;
            values[t][0] = state[0];
        }
    }

    @Override
    public void summary(float[][] raws, int count, float[] state, float[] values, Scratch scratch) {
        float[][] all = new float[count][2];
        pass(raws, count, count, state, all, scratch);
        values[0] = all[count - 1][0];
        values[1] = all[0][1];
    }

    @Override
    public double logProbability(float[] values, int output, Scratch scratch) {
        throw new IllegalStateException("not a language");
    }

    @Override
    public void probabilities(float[] values, float[] probabilities) {
        System.arraycopy(values, 0, probabilities, 0, values.length);
    }
}
