package dev.eddy.stream;

import dev.eddy.state.OtherKeysException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The mark of stores whose keys name models; the layout is in {@code schemas/state.md}. Without it, states of one kind of keys
 * would be taken for the other after the setting was changed.
 */
final class KeyMark {
    private static final byte[] KEY = {'M'};
    private static final byte[] NAMED = {1};
    private static final String REMEDY =
            "; set it as it was, or let the pipeline begin anew under another application.id";

    private final SequenceStores stores;
    private boolean missing;

    private KeyMark(SequenceStores stores, boolean missing) {
        this.stores = stores;
        this.missing = missing;
    }

    /**
     * Looks whether the stores are of the right kind.
     *
     * @param named whether keys are to name models
     * @param used  whether the stores hold anything
     * @throws OtherKeysException if they are of the other kind
     */
    static KeyMark check(SequenceStores stores, boolean named, BooleanSupplier used) {
        byte[] mark = stores.pending().get(KEY);
        if (mark != null && !Arrays.equals(mark, NAMED)) {
            throw new OtherKeysException("the kind of the keys of the stores is marked by another release");
        } else if (mark != null && !named) {
            throw new OtherKeysException("the stores hold sequences of models that were named by their events, but"
                    + " eddy.model.selector is not set any more" + REMEDY);
        } else if (mark == null && named && used.getAsBoolean()) {
            throw new OtherKeysException("the stores hold sequences that were begun without eddy.model.selector, which"
                    + " is set now" + REMEDY);
        }
        return new KeyMark(stores, named && mark == null);
    }

    /** Marks stores that are about to be used; not before the first record, as stores are written within records only. */
    void set() {
        if (missing) {
            stores.pending().put(KEY, NAMED);
            missing = false;
        }
    }
}
