package dev.eddy.artifact.pytorch;

import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The modules of a PyTorch state dict, as the names and shapes of its tensors tell them. */
final class StateDict {
    private static final Pattern RECURRENT =
            Pattern.compile("(.*?)(weight|bias)_(ih|hh|hr)(?:_l(\\d{1,4})(_reverse)?)?");
    /** Counters of the training that no output depends on. */
    private static final Pattern COUNTER = Pattern.compile("(.*\\.)?num_batches_tracked");

    private final SortedMap<String, Tensor> tensors;
    private final Map<String, SortedMap<Integer, Map<String, String>>> stacks = new TreeMap<>();
    private final List<Matrix> matrices = new ArrayList<>();

    StateDict(SortedMap<String, Tensor> tensors) {
        this.tensors = tensors;
        Set<String> used = new HashSet<>();
        tensors.keySet().forEach(name -> recurrent(name, used));
        tensors.keySet().stream()
                .filter(name -> COUNTER.matcher(name).matches())
                .forEach(used::add);
        tensors.forEach((name, tensor) -> matrix(name, tensor, used));
        for (String name : tensors.keySet()) {
            if (!used.contains(name)) {
                throw new InvalidModelException("the tensor '" + name + "' of shape "
                        + tensors.get(name).shapeText()
                        + " belongs to no LSTM, GRU, RNN, Embedding or Linear; remove it"
                        + " from the state dict or write a full spec");
            }
        }
    }

    /** A module with a weight of two axes: Linear or Embedding. {@code bias} is {@code null} for none. */
    record Matrix(String module, String weight, String bias, int rows, int columns) {}

    /**
     * One recurrent layer.
     *
     * @param rows       gates times hidden
     * @param projection width of the projected h; {@code null} for none
     * @param byRole     its tensors
     */
    record Layer(int rows, int hidden, int input, Integer projection, Map<String, String> byRole) {
        /** Whether it reads both ways. */
        boolean bidirectional() {
            return byRole.containsKey(TensorRole.WEIGHT_IH + LayerSpec.REVERSE);
        }

        /** The kind of cell, as the number of gates tells. */
        CellKind kind() {
            return switch (rows % hidden == 0 ? rows / hidden : 0) {
                case 4 -> CellKind.LSTM;
                case 3 -> CellKind.GRU;
                case 1 -> CellKind.RNN;
                default ->
                    throw new InvalidModelException("the tensor '" + byRole.get(TensorRole.WEIGHT_HH) + "' has " + rows
                            + " rows for " + hidden + " units, which is no LSTM (4 times), GRU (3) or RNN (1)");
            };
        }
    }

    private void recurrent(String name, Set<String> used) {
        Matcher matcher = RECURRENT.matcher(name);
        if (!matcher.matches()) {
            return;
        }
        // An LSTMCell, GRUCell or RNNCell has one layer, which its names do not number.
        int layer = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
        String other = stacks.computeIfAbsent(matcher.group(1), prefix -> new TreeMap<>())
                .computeIfAbsent(layer, number -> new HashMap<>())
                .put(
                        matcher.group(2) + "_" + matcher.group(3) + Objects.requireNonNullElse(matcher.group(5), ""),
                        name);
        if (other != null) {
            throw new InvalidModelException("the tensors '" + other + "' and '" + name
                    + "' both are of one layer; rename one module or write a full spec");
        }
        used.add(name);
    }

    private void matrix(String name, Tensor tensor, Set<String> used) {
        boolean weight = name.equals("weight") || name.endsWith(".weight");
        if (!weight || tensor.shape().length != 2) {
            return;
        }
        String module = name.substring(0, name.length() - "weight".length());
        String bias = tensors.containsKey(module + "bias") ? module + "bias" : null;
        used.add(name);
        used.add(String.valueOf(bias));
        matrices.add(new Matrix(module, name, bias, tensor.shape()[0], tensor.shape()[1]));
    }

    /** The prefixes of all recurrent modules, as {@code "lstm."}. */
    Collection<String> recurrentModules() {
        return stacks.keySet();
    }

    /** All modules with a weight of two axes. */
    List<Matrix> matrices() {
        return matrices;
    }

    /** The layers of a recurrent module, first to last. */
    List<Layer> layers(String module) {
        List<Layer> layers = new ArrayList<>();
        for (Map.Entry<Integer, Map<String, String>> entry : stacks.get(module).entrySet()) {
            Map<String, String> byRole = entry.getValue();
            String hh = byRole.get(TensorRole.WEIGHT_HH);
            String ih = byRole.get(TensorRole.WEIGHT_IH);
            if (entry.getKey() != layers.size() || hh == null || ih == null) {
                throw new InvalidModelException("the module '" + module + "' lacks weight_ih_l" + layers.size()
                        + " or weight_hh_l" + layers.size() + "; is the state dict whole?");
            }
            requireWholeReverse(byRole);
            layers.add(layer(ih, hh, byRole));
        }
        return layers;
    }

    /** Both directions have the same tensors. */
    private static void requireWholeReverse(Map<String, String> byRole) {
        boolean any = byRole.keySet().stream().anyMatch(role -> role.endsWith(LayerSpec.REVERSE));
        for (Map.Entry<String, String> tensor : byRole.entrySet()) {
            String role = tensor.getKey();
            String other = role.endsWith(LayerSpec.REVERSE)
                    ? role.substring(0, role.length() - LayerSpec.REVERSE.length())
                    : role + LayerSpec.REVERSE;
            if (any && !byRole.containsKey(other)) {
                throw new InvalidModelException("the tensor '" + tensor.getValue()
                        + "' of a bidirectional layer has no counterpart '" + other
                        + "' in the other direction; is the state dict whole?");
            }
        }
    }

    private Layer layer(String ih, String hh, Map<String, String> byRole) {
        int[] input = matrixShape(ih);
        int[] recurrent = matrixShape(hh);
        String hr = byRole.get(TensorRole.WEIGHT_HR);
        if (hr == null) {
            return new Layer(recurrent[0], recurrent[1], input[1], null, byRole);
        }
        int[] projection = matrixShape(hr);
        return new Layer(recurrent[0], projection[1], input[1], projection[0], byRole);
    }

    private int[] matrixShape(String name) {
        int[] shape = tensors.get(name).shape();
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
            throw new InvalidModelException("the tensor '" + name + "' of a recurrent layer has the shape "
                    + tensors.get(name).shapeText() + " and is no matrix");
        }
        return shape;
    }
}
