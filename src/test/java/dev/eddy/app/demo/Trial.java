package dev.eddy.app.demo;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import java.util.HashMap;
import java.util.Map;

/** Runs a shipped model over fleet events, one state for each machine, as the stream does. */
final class Trial {
    private final LiveModel model;
    private final Network.Scratch scratch;
    private final float[] input;
    private final float[] outputs;
    private final boolean memory;
    private final Map<String, float[]> states = new HashMap<>();

    private Trial(ModelFile file, boolean memory) {
        this.model = LiveModel.compile(file.id(), file.spec(), file);
        this.scratch = model.network().newScratch();
        this.input = new float[model.network().inputSize()];
        this.outputs = new float[model.network().outputSize()];
        this.memory = memory;
    }

    static Trial of(ModelFile file) {
        return new Trial(file, true);
    }

    /** The model with its memory taken away: each event is a sequence's first. */
    static Trial withoutMemory(ModelFile file) {
        return new Trial(file, false);
    }

    private void step(FleetEvent event) {
        float[] state = states.computeIfAbsent(
                event.machine(), key -> new float[model.network().stateSize()]);
        if (!memory) {
            java.util.Arrays.fill(state, 0);
        }
        model.features().encode(Fields.of(event.fields()), event.timestamp(), new float[0], input);
        model.network().step(input, state, outputs, scratch);
    }

    /** The label for the next event of a machine. */
    String label(FleetEvent event) {
        step(event);
        float[] probabilities = new float[outputs.length];
        model.network().probabilities(outputs, probabilities);
        return model.readout().labels().get(model.readout().best(probabilities));
    }

    /** The values for the next event of a machine. */
    double[] values(FleetEvent event) {
        step(event);
        return model.readout().values(outputs);
    }
}
