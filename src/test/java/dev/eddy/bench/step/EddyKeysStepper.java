package dev.eddy.bench.step;

import dev.eddy.network.Network;
import dev.eddy.testing.TestModels;

/** Eddy's own engine, many keys in one call, each with arrays of its own. */
final class EddyKeysStepper implements Stepper {
    private final StepModel model;
    private final Network network;
    private final Network.Scratch scratch;
    private final float[][] raws; // (keys, input)
    private final float[][] states;
    private final float[][] values;
    private long t;

    EddyKeysStepper(StepModel model, int keys) {
        this.model = model;
        this.network = TestModels.live(model.file()).network();
        this.scratch = network.newScratch(keys);
        this.raws = new float[keys][];
        this.states = new float[keys][network.stateSize()];
        this.values = new float[keys][network.outputSize()];
    }

    @Override
    public float[][] step() {
        for (int j = 0; j < raws.length; j++) {
            raws[j] = model.input(t, j);
        }
        t++;
        network.step(raws, states, values, raws.length, scratch);
        return values;
    }
}
