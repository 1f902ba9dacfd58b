package dev.eddy.stream;

import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.state.SequenceState;
import dev.eddy.telemetry.Score;
import dev.eddy.wire.Prediction;

/** What a model's task adds to a step. Working memory of one thread; a step that fails leaves the task's memory undefined. */
abstract class TaskStep {
    private static final TaskStep NOTHING = new TaskStep() {};

    /** What the task of a model adds. */
    static TaskStep of(LiveModel model, Network.Scratch scratch) {
        if (model.readsLanguage()) {
            return new LanguageStep(model, scratch);
        }
        if (model.blank() != null) {
            return new CollapseStep(model);
        }
        return model.targets().isEmpty() ? NOTHING : new ForecastStep(model);
    }

    /** Takes up a sequence of which there is no new event, only the state. */
    void resume(SequenceState state) {}

    /** Looks at the event, its encoding and the state before the step. */
    void before(Fields fields, float[] input, SequenceState state) {}

    /**
     * Looks at the values after the step.
     *
     * @param label index of the most probable label; -1 unless the model is a tagger
     */
    void after(double[] values, int label, SequenceState state) {}

    /** How far off the model was at the event; null where that cannot be said, or not yet. */
    Score score() {
        return null;
    }

    /** The event's fields minus what was predicted for them; null where nothing was. */
    double[] residual() {
        return null;
    }

    /** The root mean square of the residuals before the event's; null where there are too few. */
    double[] deviation() {
        return null;
    }

    /** The symbol that begins at the event; null where none does, or that is not the task. */
    String symbol() {
        return null;
    }

    /** How probable the event was; null where that is not the task. */
    Prediction.Language language() {
        return null;
    }
}
