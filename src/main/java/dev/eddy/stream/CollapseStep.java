package dev.eddy.stream;

import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;
import java.util.List;

/**
 * Collapses the best path of a tagger trained with CTC: a symbol begins where the label changes to one that is not the blank.
 * Memory: index of the last event's label.
 */
final class CollapseStep extends TaskStep {
    private final List<String> labels;
    private final int blank;
    private String symbol;

    CollapseStep(LiveModel model) {
        labels = model.readout().labels();
        blank = labels.indexOf(model.blank());
    }

    @Override
    void after(double[] values, int label, SequenceState state) {
        boolean begins = label != blank && label != state.task()[0];
        symbol = begins ? labels.get(label) : null;
        state.task()[0] = label;
    }

    @Override
    String symbol() {
        return symbol;
    }
}
