package dev.eddy.app.rollout;

import dev.eddy.app.rollout.MeasuredModels.Total;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.MeasuredRole;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * What the rule of a deployment makes of its challenger.
 *
 * @param basis    the deployment
 * @param promotes whether the challenger becomes champion; else it is dropped
 * @param reason   the numbers, for people
 */
record PromotionDecision(Deployment basis, boolean promotes, String reason) {
    private static final MathContext DIGITS = new MathContext(6);

    /**
     * Decides, once there are enough events on which champion and challenger were both measured.
     *
     * @param reports what the running instances say
     * @return null as long as there are too few, or the deployment has no rule
     */
    static PromotionDecision of(Deployment deployment, List<InstanceStatus> reports) {
        Challenger challenger = deployment.challenger();
        PromotionRule rule = challenger == null ? null : challenger.rule();
        if (rule == null) {
            return null;
        }
        int generation = deployment.generation();
        Total champion = MeasuredModels.total(
                reports, generation, deployment.model(), MeasuredRole.PAIRED_CHAMPION, rule.metric());
        Total challenging = MeasuredModels.total(
                reports, generation, challenger.model(), MeasuredRole.PAIRED_CHALLENGER, rule.metric());
        long events = Math.min(champion.events(), challenging.events());
        if (events < rule.over()) {
            return null;
        }
        boolean promotes = rule.promotes(challenging.mean(), champion.mean());
        String reason = String.format(
                Locale.ROOT,
                "%s: %s %s %s %s * %s over %,d events",
                promotes ? "promoted" : "dropped",
                rule.metric().spelling(),
                text(challenging.mean()),
                promotes ? "<" : ">=",
                text(rule.factor()),
                text(champion.mean()),
                events);
        return new PromotionDecision(deployment, promotes, reason);
    }

    private static String text(double number) {
        if (!Double.isFinite(number)) {
            return Double.toString(number);
        }
        return new BigDecimal(number, DIGITS).stripTrailingZeros().toPlainString();
    }

    /**
     * The deployment that follows. A promoted challenger warms up where it has not run; where it is dropped, sequences that
     * are still on their way to the champion go on as they were.
     *
     * @param from       event time from which it is in force
     * @param deployedAt when it is decided, epoch milliseconds
     */
    Deployment successor(int generation, long from, long deployedAt) {
        Challenger challenger = basis.challenger();
        return new Deployment(
                generation,
                promotes ? challenger.model() : basis.model(),
                Math.max(from, basis.from()),
                deployedAt,
                promotes ? Transition.warm(Math.max(1, challenger.warmUp())) : basis.transition(),
                basis.keepMs(),
                null,
                reason);
    }
}
