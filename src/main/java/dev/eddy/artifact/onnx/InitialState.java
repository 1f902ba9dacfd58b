package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Fill;
import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Expressions.Source;

/** The state a recurrent node starts from: zero, or an input of the graph. */
final class InitialState {
    private final Call call;
    private final boolean batchFirst;
    private final Axis batch;
    private final int hidden;

    InitialState(Call call, boolean batchFirst, Axis batch, int hidden) {
        this.call = call;
        this.batchFirst = batchFirst;
        this.batch = batch;
        this.hidden = hidden;
    }

    /** References to the elements of a state input, or {@code null} for zero. */
    long[] refs(int input, String what) {
        Value value = call.optional(input);
        if (value != null) {
            requireWidth(value, what);
        }
        if (value == null || (value instanceof Constant constant && constant.zero())) {
            return null;
        } else if (!(value instanceof Series series)) {
            throw nonZero(what);
        } else {
            return series.moment() == Series.Moment.ALWAYS ? zero(series, what) : state(series, what);
        }
    }

    /** Requires zero, as which the state of a layer that reads backward begins behind the last event; gives {@code null}. */
    long[] zero(int input, String what) {
        if (call.optional(input) instanceof Series series && series.moment() != Series.Moment.ALWAYS) {
            throw call.refuse(
                    "its " + what + " is given from outside or computed, but a layer that reads backward starts"
                            + " anew behind the last event it sees, so its start state must be zero; leave it out");
        }
        return refs(input, what);
    }

    /** PyTorch's dynamo exporter writes an LSTM with projections as a plain one of the projected width; c alone keeps its width. */
    private void requireWidth(Value value, String what) {
        int width = value.rank() == 0 ? 0 : value.axes().get(value.rank() - 1).size();
        if (value.rank() != 3 || width != hidden) {
            throw call.refuse("its " + what + " has not the shape (1, batch, " + hidden + ") but is " + width
                    + " wide; of an LSTM with projections (proj_size), which exporters cut to a wrong one, import the state"
                    + " dict as safetensors");
        }
    }

    private long[] zero(Series series, String what) {
        for (long ref : series.refs()) {
            if (!(call.expressions().of(ref) instanceof Fill fill)
                    || fill.numbers().at(Expressions.index(ref)) != 0) {
                throw nonZero(what);
            }
        }
        return null;
    }

    private RuntimeException nonZero(String what) {
        return call.refuse("its " + what + " is a fixed state that is not zero; sequences here start at zero: make the"
                + " start state zero or an input of the graph");
    }

    private long[] state(Series series, String what) {
        for (long ref : series.refs()) {
            if (!(call.expressions().of(ref) instanceof Input in) || in.source() != Source.STATE) {
                throw call.refuse(
                        "its " + what + " is computed by the graph; it must be zero or an input of the graph");
            }
        }
        if (series.refs().length != hidden) {
            throw call.refuse("its " + what + " holds the states of several layers; give each layer its own part");
        }
        Axis own = series.axes().get(batchFirst ? 0 : 1);
        if (own.runs() && batch.runs()) {
            own.symbol().join(batch.symbol());
        } else if (own.runs()) {
            own.symbol().requireLength(1);
        } else if (batch.runs()) {
            batch.symbol().requireLength(1);
        }
        return series.refs();
    }
}
